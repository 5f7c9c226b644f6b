// What drawing costs in a browser: node scripts/bench-drawing.mjs [requests:nodes ...]
// Opens the built site (dist/) with so many requests moving between so many nodes, every one of them drawn, and prints for each animation
// frame the milliseconds of script, by part, and the draw calls; with WebGL2, and on the plain canvas where few enough.
import { journey } from '../tests/browser/browser.mjs';
import { crowd } from '../tests/browser/crowd.mjs';
import { withoutWebGl, watchFrames } from '../tests/browser/frames.mjs';

/** Of the whole frame, what the app times itself when asked with `?timings`. */
const parts = ['engine', 'picture', 'drawing', 'views'];
/** More than a plain canvas is asked to draw. */
const mostPlain = 10_000;
const frames = 40;

const sizes = process.argv.slice(2).map((size) => size.split(':').map(Number));
const middle = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const figure = (value) => value.toFixed(2).padStart(10);

console.log(`${'requests'.padStart(9)}${'nodes'.padStart(7)}  ${'with'.padEnd(9)}${parts.map((part) => part.padStart(10)).join('')}${'frame'.padStart(10)}${'calls'.padStart(7)}   milliseconds of script in a frame: medians; views: mean`);
for (const [requests, nodes] of sizes.length ? sizes : [[1_000, 200], [5_000, 200], [10_000, 200], [50_000, 200], [100_000, 200], [5_000, 1_000]]) {
  for (const plain of requests <= mostPlain ? [false, true] : [false]) {
    journey(`${requests} requests, ${nodes} nodes`, { timeout: 600_000 }, async ({ page, context, visit }) => {
      await watchFrames(context);
      if (plain) await withoutWebGl(context);
      await crowd(page, visit, requests, { nodes, query: '&timings' });
      const seen = await page.evaluate(async (frames) => {
        performance.clearMeasures();
        window.seen.frames.length = 0;
        while (window.seen.frames.length < frames) await new Promise((resolve) => setTimeout(resolve, 100));
        return {
          measures: performance.getEntriesByType('measure').map(({ name, duration }) => ({ name, duration })),
          frames: window.seen.frames,
        };
      }, frames);
      // Views follow a few times a second, so theirs is a mean over the frames.
      const part = (name) => {
        const times = seen.measures.filter((m) => m.name === name).map((m) => m.duration);
        return name === 'views' ? times.reduce((a, b) => a + b, 0) / seen.frames.length : middle(times);
      };
      const frame = middle(seen.frames.map((f) => f.script));
      const calls = middle(seen.frames.map((f) => f.calls));
      console.log(`${String(requests).padStart(9)}${String(nodes).padStart(7)}  ${(plain ? 'Canvas2D' : 'WebGL2').padEnd(9)}${parts.map((p) => figure(part(p))).join('')}${figure(frame)}${String(calls).padStart(7)}`);
    });
  }
}
