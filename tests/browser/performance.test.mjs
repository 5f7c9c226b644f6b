// What large systems and much traffic cost the page. Compares what was measured in one run, and prints the figures.
import assert from 'node:assert/strict';
import { journey } from './browser.mjs';
import { crowd, open } from './crowd.mjs';
import { Lab } from './lab.mjs';
import { changes, frames, ms, plainShapes, watchFrames, withoutWebGl } from './frames.mjs';
import { expectSoon } from './soon.mjs';
import { lattice } from './systems.mjs';

const report = (text) => console.log(`  ${text}`);

journey('fifty thousand requests are drawn in ten calls, and cheaper than as many rectangles', { timeout: 300_000 }, async ({ page, context, visit }) => {
  await watchFrames(context);
  const lab = await crowd(page, visit, 50_000);
  const shapes = await page.evaluate(() => new Promise((resolve) => {
    const plain = WebGL2RenderingContext.prototype.drawArraysInstanced;
    WebGL2RenderingContext.prototype.drawArraysInstanced = function (...args) {
      resolve(args[3]);
      WebGL2RenderingContext.prototype.drawArraysInstanced = plain;
      return plain.apply(this, args);
    };
  }));
  const drawn = await frames(page, 6);
  // The rectangles have the page to themselves. A key does not wait for frames, as a click would.
  await lab.button('Pause').press('Space');
  await lab.button('Play').waitFor({ timeout: 60_000 });
  const plain = await plainShapes(page, 50_000);
  report(`WebGL2: ${shapes} shapes, 200 nodes: ${ms(drawn.script)} script (median ${ms(drawn.median)}) and ${drawn.calls} draw calls a frame; 50,000 rectangles ${ms(plain)}`);
  assert.ok(shapes > 45_000, `about fifty thousand shapes, they were ${shapes}`);
  assert.ok(drawn.calls <= 10, `at most ten draw calls, they were ${drawn.calls}`);
  assert.ok(drawn.script < plain, `${ms(drawn.script)} beside ${ms(plain)}`);
});

journey('five thousand requests are drawn without WebGL2, as a page could draw as many circles', { timeout: 180_000 }, async ({ page, context, visit }) => {
  await watchFrames(context);
  await withoutWebGl(context);
  await crowd(page, visit, 5_000);
  await page.evaluate(() => { window.seen.calls = {}; });
  const [drawn, plain] = [await frames(page, 30), await plainShapes(page, 5_000, true)];
  const calls = await page.evaluate(() => window.seen.calls);
  report(`Canvas2D: 5,000 requests, 200 nodes: ${ms(drawn.script)} script (median ${ms(drawn.median)}) and ${drawn.calls} draw calls a frame; 5,000 circles ${ms(plain)}`);
  assert.ok(calls.fill > 4_000 * drawn.frames, 'every request is drawn');
  assert.equal(calls.drawArraysInstanced, undefined);
  assert.ok(drawn.script < plain * 5, `${ms(drawn.script)} beside ${ms(plain)}`);
});

journey('a frame costs the same at a thousand and at a hundred thousand requests a second', { timeout: 180_000 }, async ({ page, context, visit }) => {
  await watchFrames(context);
  await visit();
  const cost = {};
  const seconds = 0.1;
  for (const rate of [1_000, 100_000]) {
    // The links are full by then.
    const lab = await open(page, lattice(5, 10, { rate: rate / 10, latencyMs: 20, seconds }));
    await lab.setSpeed(0.002);
    await expectSoon(async () => (await lab.now()) > seconds, 'the run to go on from the moment of the file', 60_000);
    cost[rate] = await frames(page, 120);
    report(`${rate} requests/s, 50 nodes: ${ms(cost[rate].script)} script and ${cost[rate].calls} draw calls a frame`);
  }
  assert.ok(cost[100_000].script < Math.max(cost[1_000].script, 0.3) * 6, 'level of detail keeps it flat');
});

journey('ten times as many nodes cost about ten times as much', { timeout: 180_000 }, async ({ page, context, visit }) => {
  await watchFrames(context);
  await visit();
  const cost = {};
  for (const [columns, rows] of [[5, 10], [20, 25]]) {
    const lab = await open(page, lattice(columns, rows, { rate: 2 }));
    await lab.setSpeed(0.01);
    await lab.play();
    await page.keyboard.press('0');
    cost[columns * rows] = await frames(page, 120);
    report(`${columns * rows} nodes: ${ms(cost[columns * rows].script)} script and ${cost[columns * rows].calls} draw calls a frame`);
  }
  assert.ok(cost[500].script < Math.max(cost[50].script, 0.15) * 20, `500 nodes ${ms(cost[500].script)}, 50 nodes ${ms(cost[50].script)}`);
});

journey('dragging one of five hundred cards, and panning, changes only what moves', { timeout: 120_000 }, async ({ page, visit }) => {
  await visit();
  const lab = await open(page, lattice(20, 25, { rate: 2 }));
  await lab.pause();
  await page.keyboard.press('0');
  await page.waitForTimeout(600);
  const steps = 30;
  const box = await lab.canvas.boundingBox();
  const from = await lab.cards().nth(150).boundingBox();
  const at = [from.x + from.width / 2, from.y + from.height / 2];
  await page.mouse.move(...at);
  await page.mouse.down();
  await page.mouse.move(at[0] + 12, at[1] + 12, { steps: 3 });
  await page.waitForTimeout(200);
  const dragged = await changes(page, async () => {
    for (let i = 1; i <= steps; i++) await page.mouse.move(at[0] + 12 + i * 4, at[1] + 12 + i * 3);
    await page.waitForTimeout(100);
  });
  await page.keyboard.press('Escape');
  await page.mouse.up();
  report(`a drag of ${steps} steps: ${dragged.total} changes ${JSON.stringify(dragged.by)}`);
  assert.ok((dragged.by['style of div.card'] ?? 0) >= 3, 'the card moved');
  assert.ok(dragged.total <= steps * 8, `some changes for each step, they were ${dragged.total}`);

  await page.waitForTimeout(300);
  const panned = await changes(page, async () => {
    await page.mouse.move(box.x + 8, box.y + 8);
    for (let i = 1; i <= steps; i++) await page.mouse.wheel(3, 5);
    await page.waitForTimeout(100);
  });
  report(`a pan of ${steps} steps: ${panned.total} changes ${JSON.stringify(panned.by)}`);
  assert.ok(panned.total >= 3, 'the view moved');
  assert.ok(panned.total <= steps * 8, `some changes for each step, they were ${panned.total}`);
  assert.equal(panned.by['style of div.card'], undefined, 'no card is touched');
});

journey('more speed than the machine has: the clock says what it does, and the page answers', { timeout: 180_000 }, async ({ page, context, visit }) => {
  await watchFrames(context);
  await visit();
  const lab = await open(page, lattice(20, 25, { rate: 400 }));
  await lab.setSpeed(100);
  await lab.play();
  await page.waitForTimeout(2_500);
  const achieved = await page.locator('.dial-note').innerText();
  assert.match(achieved, /^reaches /, 'the dial says that it falls behind');
  report(`asked for ×100 at 500 nodes and 10,000 requests/s: the clock says ${achieved}`);
  // What a real pointer's movement waits until the page hears of it, beside what a frame takes.
  await page.evaluate(() => {
    window.waits = [];
    window.addEventListener('pointermove', (event) => window.waits.push(performance.now() - event.timeStamp), true);
  });
  const box = await lab.canvas.boundingBox();
  for (let i = 0; i < 40; i++) {
    await page.mouse.move(box.x + 20 + i * 5, box.y + 20 + i * 3);
    await page.waitForTimeout(7);
  }
  const waits = (await page.evaluate(() => window.waits)).sort((a, b) => a - b);
  const frame = await frames(page, 40);
  report(`${waits.length} movements wait ${ms(waits[waits.length >> 1])}, a frame comes every ${ms(frame.interval)}, its script takes ${ms(frame.median)}`);
  assert.ok(waits.length >= 20, 'movements are heard of');
  assert.ok(waits[waits.length >> 1] < 3 * frame.interval, 'no movement waits for more than some frames');
  await lab.pause();
});

/** How many pixels of two pictures differ visibly. */
const differing = (page, a, b) => page.evaluate(async (pictures) => {
  const read = async (data) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
    const pen = new OffscreenCanvas(image.width, image.height).getContext('2d');
    pen.drawImage(image, 0, 0);
    return pen.getImageData(0, 0, image.width, image.height).data;
  };
  const [one, other] = await Promise.all(pictures.map(read));
  let count = 0;
  for (let i = 0; i < one.length; i += 4) {
    if ([0, 1, 2].some((c) => Math.abs(one[i + c] - other[i + c]) > 60)) count++;
  }
  return count;
}, [a.toString('base64'), b.toString('base64')]);

journey('requests look the same with and without WebGL2', { reducedMotion: 'reduce', timeout: 120_000 }, async ({ page, stranger, visit }) => {
  const picture = async (who) => {
    const lab = new Lab(who.page);
    await who.visit();
    await lab.ready();
    await lab.pause();
    for (let i = 0; i < 160; i++) await who.page.keyboard.press('.');
    await who.page.waitForTimeout(400);
    return lab.canvas.screenshot();
  };
  const other = await stranger();
  await watchFrames(other.context);
  await withoutWebGl(other.context);
  const [shaded, plain] = [await picture({ page, visit }), await picture(other)];
  assert.ok((await other.page.evaluate(() => window.seen.calls.fill)) > 0);
  await page.addStyleTag({ content: '.layer.over { visibility: hidden }' });
  const empty = await new Lab(page).canvas.screenshot();
  const [drawn, apart] = [await differing(page, shaded, empty), await differing(page, shaded, plain)];
  report(`${drawn} pixels are drawn, ${apart} differ between WebGL2 and Canvas2D`);
  assert.ok(drawn > 300, `requests are seen: ${drawn} pixels`);
  assert.ok(apart < drawn / 6, `${apart} of ${drawn} pixels differ`);
});

journey('a lost WebGL2 context is drawn over plainly, and used again when it is back', async ({ page, context, visit }) => {
  await watchFrames(context);
  await context.addInitScript(() => {
    const plain = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...args) {
      const made = plain.call(this, kind, ...args);
      if (kind === 'webgl2') window.shader = made;
      return made;
    };
  });
  await visit();
  const lab = new Lab(page);
  await lab.ready();
  const calls = (name) => page.evaluate((n) => window.seen.calls[n] ?? 0, name);
  const goes = (name) => async () => {
    const before = await calls(name);
    await page.waitForTimeout(150);
    return (await calls(name)) > before + 3;
  };
  await expectSoon(goes('drawArraysInstanced'), 'WebGL2 to draw');
  await page.evaluate(() => {
    window.lose = window.shader.getExtension('WEBGL_lose_context');
    window.lose.loseContext();
  });
  await expectSoon(goes('fill'), 'the plain canvas to take over');
  assert.ok(!(await goes('drawArraysInstanced')()), 'nothing is drawn on a lost context');
  await page.evaluate(() => window.lose.restoreContext());
  await expectSoon(goes('drawArraysInstanced'), 'WebGL2 to draw again');
});
