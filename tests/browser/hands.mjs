// What a person does with a finger: taps, drags, pinches, long presses, as the browser's own touch events.
// Knows points of the page only.

/** Touches the page through the browser's own input, so that pointer events come as from a finger. */
export class Finger {
  constructor(page) {
    this.page = page;
  }

  async send(type, points) {
    this.session ??= await this.page.context().newCDPSession(this.page);
    const touchPoints = points.map(([x, y], id) => ({ x, y, id }));
    await this.session.send('Input.dispatchTouchEvent', { type, touchPoints });
  }

  async tap([x, y]) {
    // Both at once: on a slow machine a tap must not become a long press.
    this.session ??= await this.page.context().newCDPSession(this.page);
    await Promise.all([this.send('touchStart', [[x, y]]), this.send('touchEnd', [])]);
    await this.page.waitForTimeout(60);
  }

  /** Fingers go from some points to others in steps. */
  async move(from, to, steps = 8) {
    await this.send('touchStart', from);
    for (let step = 1; step <= steps; step++) {
      await this.send('touchMove', from.map(([x, y], i) => [x + ((to[i][0] - x) * step) / steps, y + ((to[i][1] - y) * step) / steps]));
      await this.page.waitForTimeout(16);
    }
    await this.send('touchEnd', []);
    await this.page.waitForTimeout(60);
  }

  async drag(from, to) {
    await this.move([from], [to]);
  }

  async rest([x, y], milliseconds = 700) {
    await this.send('touchStart', [[x, y]]);
    await this.page.waitForTimeout(milliseconds);
    await this.send('touchEnd', []);
  }
}

/** The middle of what a locator finds, as a point. */
export async function middle(locator) {
  const box = await locator.boundingBox();
  return [box.x + box.width / 2, box.y + box.height / 2];
}
