// What a frame costs: the script in each animation frame, draw calls at the canvas contexts, changes of the page's elements.
// Counts from outside; asks the app for nothing.

/** Has every page of this context count from its start. */
export async function watchFrames(context) {
  await context.addInitScript(() => {
    const seen = { frames: [], calls: {}, inFrame: 0 };
    window.seen = seen;
    const count = (type, names) => {
      for (const name of names) {
        const plain = type.prototype[name];
        type.prototype[name] = function (...args) {
          const layer = this.canvas.classList;
          if (layer?.contains('layer')) {
            const where = layer.contains('over') ? name : `${name} beneath`;
            seen.calls[where] = (seen.calls[where] ?? 0) + 1;
            seen.inFrame++;
          }
          return plain.apply(this, args);
        };
      }
    };
    count(CanvasRenderingContext2D, ['fill', 'stroke', 'fillRect', 'strokeRect', 'fillText', 'strokeText', 'drawImage', 'putImageData']);
    count(WebGL2RenderingContext, ['drawArrays', 'drawElements', 'drawArraysInstanced', 'drawElementsInstanced', 'drawRangeElements']);
    const ask = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (callback) => ask((now) => {
      const started = performance.now();
      seen.inFrame = 0;
      callback(now);
      seen.frames.push({ at: started, script: performance.now() - started, calls: seen.inFrame });
    });
  });
}

/** As [`watchFrames`], in a browser without WebGL2. */
export const withoutWebGl = (context) => context.addInitScript(() => {
  const plain = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, ...args) {
    return kind === 'webgl2' ? null : plain.call(this, kind, ...args);
  };
});

const middle = (values) => values.sort((a, b) => a - b)[values.length >> 1];
/** The upper end of the quicker quarter: what a busy machine adds is left out. */
const quick = (values) => values.sort((a, b) => a - b)[values.length >> 2];

/** The next frames: `{ script, median, interval, calls, frames }`, milliseconds of script (the quicker quarter's and the median) and from one to the next. */
export async function frames(page, wanted = 60) {
  await page.evaluate(() => { window.seen.frames.length = 0; });
  await page.waitForFunction((n) => window.seen.frames.length >= n, wanted, { timeout: 100_000, polling: 250 });
  const list = await page.evaluate(() => window.seen.frames);
  const script = list.map((f) => f.script);
  const interval = middle(list.slice(1).map((f, i) => f.at - list[i].at));
  return { script: quick(script), median: middle(script), interval, calls: middle(list.map((f) => f.calls)), frames: list.length };
}

/** What this machine needs now for `n` plain rectangles (or outlined circles) on a canvas of the same size, measured alike. */
export function plainShapes(page, n, round = false) {
  return page.evaluate(async ([n, round]) => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [1440, 900];
    const pen = canvas.getContext('2d');
    const times = [];
    for (let frame = 0; frame < 40; frame++) {
      await new Promise((resolve) => setTimeout(resolve, 4));
      const started = performance.now();
      pen.clearRect(0, 0, canvas.width, canvas.height);
      for (let i = 0; i < n; i++) {
        const [x, y] = [(i * 37 + frame) % 1440, (i * 53 + frame) % 900];
        pen.fillStyle = i % 2 ? '#0072b2' : '#b47500';
        if (round) {
          pen.beginPath();
          pen.arc(x, y, 4, 0, 2 * Math.PI);
          pen.fill();
          pen.stroke();
        } else {
          pen.fillRect(x, y, 8, 8);
        }
      }
      times.push(performance.now() - started);
    }
    return times.sort((a, b) => a - b)[10];
  }, [n, round]);
}

/** What changes in the page while `body` runs: `{ total, by: { 'style of div.card': 3, … } }`. */
export async function changes(page, body) {
  await page.evaluate(() => {
    const name = (node) => `${node.nodeName.toLowerCase()}${node.classList?.length ? `.${node.classList[0]}` : ''}`;
    const watched = { by: {}, total: 0 };
    const take = (records) => {
      for (const { type, target, attributeName } of records) {
        const what = `${attributeName ?? type} of ${name(target.nodeType === 3 ? target.parentNode ?? target : target)}`;
        watched.by[what] = (watched.by[what] ?? 0) + 1;
        watched.total++;
      }
    };
    const observer = new MutationObserver(take);
    observer.observe(document.body, { subtree: true, attributes: true, childList: true, characterData: true });
    window.watched = () => {
      take(observer.takeRecords());
      observer.disconnect();
      return watched;
    };
  });
  await body();
  return page.evaluate(() => window.watched());
}

/** A figure for the report. */
export const ms = (value) => `${value.toFixed(2)} ms`;
