// Charts with their tables, and what colours the packets: by pointer and by keyboard.
import assert from 'node:assert/strict';
import { audit } from './audit.mjs';
import { journey } from './browser.mjs';
import { Lab } from './lab.mjs';
import { expectSoon } from './soon.mjs';

const clean = async (page, where) => assert.equal((await audit(page, where, ['.charts', '.stage-legend'])).join('\n'), '');

journey('the histogram of latency is read by keyboard and as a table', { timeout: 90_000 }, async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pass(3);
  await lab.pause();
  await lab.button('Latency histogram', lab.charts).click();
  const plot = lab.charts.getByRole('slider', { name: 'Latency of all requests' });
  await plot.waitFor();
  assert.match(await plot.getAttribute('aria-valuetext'), /^Of [\d,]+ requests, half took at most [\d.]+ ms, 95 % at most .* ms, 99 % at most .* ms; the longest took /);
  await plot.focus();
  await page.keyboard.press('Home');
  const first = await plot.getAttribute('aria-valuetext');
  assert.match(first, /^[\d.]+ .?s to [\d.]+ .?s: [\d,]+ requests, [\d.]+ %; [\d.]+ % took at most this long$/);
  await page.keyboard.press('ArrowRight');
  assert.notEqual(await plot.getAttribute('aria-valuetext'), first);
  await page.keyboard.press('End');
  assert.match(await plot.getAttribute('aria-valuetext'), /; 100 % took at most this long$/);
  await clean(page, 'histogram');
  await lab.button('Table', lab.charts).click();
  const rows = await lab.charts.getByRole('row').allInnerTexts();
  const shares = rows.slice(1).map((row) => Number(row.split('\t').at(-1).replace(' %', '')));
  assert.ok(shares.length > 3 && shares.every((s, i) => i === 0 || s >= shares[i - 1]), `shares grow: ${shares}`);
  assert.equal(shares.at(-1), 100);
  // The requests of the table are those of the run.
  const counted = rows.slice(1).map((row) => Number(row.split('\t')[2].replaceAll(',', ''))).reduce((a, b) => a + b, 0);
  const ok = Number((await lab.inspector.locator('.figure').filter({ has: page.getByText('Ok', { exact: true }) }).locator('dd').innerText()).replaceAll(',', ''));
  assert.equal(counted, ok);
});

journey('nodes are compared, and cost and availability are shown of the system and of a node', { timeout: 90_000 }, async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pass(3);
  await lab.pause();
  await lab.button('Utilisation', lab.charts).click();
  const compared = lab.charts.getByRole('slider', { name: 'Utilisation of each over time' });
  await compared.waitFor();
  const [service] = await lab.namesOf('Service');
  assert.match(await compared.getAttribute('aria-valuetext'), new RegExp(`${service} [\\d.]+ %`));
  await lab.button('Availability and cost', lab.charts).click();
  for (const title of ['Availability', 'Cost per hour', 'Cost per million requests']) {
    await lab.charts.getByRole('slider', { name: `${title} over time` }).waitFor();
  }
  await clean(page, 'availability and cost');
  await lab.select(service);
  await lab.button(service, lab.charts).click();
  await lab.button('Availability and cost', lab.charts).click();
  await lab.charts.getByRole('slider', { name: 'Cost per hour over time' }).waitFor();
  // Latencies are measured where requests begin: at clients.
  assert.equal(await lab.button('Latency histogram', lab.charts).count(), 0);
  const [clients] = await lab.namesOf('Clients');
  await lab.select(clients);
  await lab.button('Latency histogram', lab.charts).click();
  await lab.charts.getByRole('slider', { name: `Latency of requests of ${clients}` }).waitFor();
});

journey('where many requests fail, how long they took stands beside those that went well, and now is now', { timeout: 90_000 }, async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.openStarter('Single server');
  await lab.pass(2);
  await lab.pause();
  const figure = (name) => lab.inspector.locator('.figure').filter({ has: page.getByText(name, { exact: true }) }).locator('dd');
  await lab.deselect();
  assert.equal(await figure('99th percentile, all').count(), 0, 'nothing fails yet');
  await lab.select('Server');
  assert.notEqual(await figure('Finished').innerText(), '0 /s');
  await page.keyboard.press('k');
  await lab.pass(4);
  await lab.pause();
  await expectSoon(async () => (await figure('Finished').innerText()) === '0 /s', 'a server that is down to finish nothing');
  assert.match(await figure('Turned away').innerText(), /^[\d.]+ \/s$/);
  await lab.deselect();
  await figure('99th percentile, all').waitFor();
  assert.match(await figure('99th percentile, failed').innerText(), /s$/);
  await lab.button('Latency histogram', lab.charts).click();
  const plot = lab.charts.getByRole('slider', { name: 'Latency of all requests' });
  await plot.waitFor();
  assert.match(await plot.getAttribute('aria-valuetext'), / failed, half of these within [\d.]+ .?s; with them, 99 % took at most /);
  await clean(page, 'histogram of a run with failures');
});

/** The colours of tokens, as the browser paints them: `[[r, g, b], …]`. */
const colours = (page, tokens) => page.evaluate((tokens) => tokens.map((token) => {
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.color = `var(${token})`;
  const [r, g, b] = getComputedStyle(probe).color.match(/[\d.]+/g).map(Number);
  probe.remove();
  return [r, g, b];
}), tokens);

/** How many pixels of what is drawn on the canvas have each of these colours. */
async function painted(page, wanted) {
  const bare = await page.addStyleTag({ content: '.stage * { visibility: hidden !important } .stage canvas { visibility: visible !important }' });
  const picture = await page.locator('.stage').screenshot();
  await bare.evaluate((style) => style.remove());
  return page.evaluate(async ([base64, wanted]) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const pen = canvas.getContext('2d');
    pen.drawImage(image, 0, 0);
    const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
    const found = wanted.map(() => 0);
    for (let i = 0; i < data.length; i += 4) {
      const at = wanted.findIndex(([r, g, b]) => data[i] === r && data[i + 1] === g && data[i + 2] === b);
      if (at >= 0) found[at]++;
    }
    return found;
  }, [picture.toString('base64'), wanted]);
}

// Long ways and nobody who waits: at any moment some hundred and fifty requests and replies are on them.
const latency = { law: 'log_normal', median_ms: 20, sigma: 0.3 };
const BUSY = JSON.stringify({
  format: 'faultline', version: 2, title: 'Busy', seed: 3,
  nodes: [
    { id: 'users', kind: 'clients', name: 'Users', x: 0, y: 96, params: { rate_per_s: 2000, read_percent: 80, keys: 100, users: 100 } },
    { id: 'api', kind: 'service', name: 'API', x: 420, y: 96, params: { workers: 400 } },
    { id: 'db', kind: 'database', name: 'Primary', x: 840, y: 96, params: { workers: 400 } },
  ],
  links: [{ id: 'users-api', from: 'users', to: 'api', params: { latency } }, { id: 'api-db', from: 'api', to: 'db', params: { latency } }],
});

journey('what colours the packets is chosen by keyboard: the canvas and the legend have the same colours', { timeout: 90_000 }, async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.openFile(BUSY);
  await lab.card('API').waitFor();
  await lab.pass(0.5, 1);
  // At a speed at which they can be followed they are not faded.
  await lab.pass(0.005, 0.01);
  await lab.pause();
  await page.keyboard.press('0');
  await lab.deselect();
  const menu = page.getByLabel('Colour by');
  const meanings = page.getByRole('list', { name: 'Colours' });
  // The same packets all the while: what changes is their colour.
  const kinds = await colours(page, ['--read', '--write', '--message']);
  const others = async (found) => (await painted(page, kinds)).map((n, i) => (found.some((c) => `${c}` === `${kinds[i]}`) ? 0 : n));
  assert.ok((await painted(page, kinds))[0] > 40, 'reads are drawn in their colour');
  await menu.focus();
  for (const [by, meaning, distinct] of [
    ['Outcome', /stale/, 1], ['User', /user 0/, 5], ['Key', /key 0/, 5], ['Store of the key', /Primary/, 1],
    ['Version', /version 1/, 2], ['Attempt', /first attempt/, 1], ['Age', /under 10 ms/, 3],
  ]) {
    await menu.selectOption({ label: by });
    await expectSoon(async () => meaning.test(await meanings.innerText()), `the legend of ${by}`);
    const tokens = await meanings.locator('i').evaluateAll((all) => all.map((i) => i.getAttribute('style').match(/--[\w-]+/)[0]));
    // Control traffic is in the last of the palettes too, whatever else is chosen.
    const swatches = await colours(page, [...new Set(tokens)].filter((token) => token !== '--control'));
    let found;
    await expectSoon(async () => {
      found = await painted(page, swatches);
      return found.filter((n) => n >= 8).length >= distinct;
    }, `${distinct} colours of ${by} on the canvas`);
    assert.deepEqual(await others(swatches), [0, 0, 0], `coloured by ${by}, nothing has the colour of its kind: ${found}`);
  }
  await clean(page, 'coloured by age');
  await menu.selectOption({ label: 'Kind' });
  assert.equal(await meanings.getByRole('listitem').count(), 0);
  await expectSoon(async () => (await painted(page, kinds))[0] > 40, 'reads in their colour again');
});

/** Calls to the canvas in each of the frames of two seconds, as a median; and how many frames there were. */
const drawing = (page) => page.evaluate(() => new Promise((resolve) => {
  let calls = 0;
  const pens = [CanvasRenderingContext2D, globalThis.WebGL2RenderingContext].filter(Boolean).map((kind) => kind.prototype);
  const mended = [];
  for (const pen of pens) {
    for (const name of ['fill', 'stroke', 'fillRect', 'strokeRect', 'fillText', 'strokeText', 'drawImage', 'putImageData', 'drawArrays', 'drawElements', 'drawArraysInstanced', 'drawElementsInstanced']) {
      const real = pen[name];
      if (!real) continue;
      pen[name] = function (...given) {
        calls++;
        return real.apply(this, given);
      };
      mended.push(() => (pen[name] = real));
    }
  }
  const frames = [];
  const start = performance.now();
  const count = () => {
    frames.push(calls);
    calls = 0;
    if (performance.now() - start < 2_000) return requestAnimationFrame(count);
    mended.forEach((mend) => mend());
    resolve({ calls: frames.slice(1).sort((a, b) => a - b)[Math.floor((frames.length - 1) / 2)], frames: frames.length });
  };
  requestAnimationFrame(count);
}));

journey('a flood is drawn as streams beside a fixed sample, at no greater cost', { timeout: 120_000 }, async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  const [clients] = await lab.namesOf('Clients');
  const sample = page.getByText(/^1 of [\d,]+ requests shown; dotted streams are the flow of all of them$/);
  const oneIn = async () => Number((await sample.innerText()).match(/^1 of ([\d,]+)/)[1].replaceAll(',', ''));
  const flow = async (rate) => {
    await lab.select(clients);
    const field = lab.inspector.getByLabel('Rate', { exact: true }).first();
    await field.fill(String(rate));
    await field.press('Enter');
    await lab.setSpeed(0.02);
    await lab.play();
  };
  await flow(20_000);
  await sample.waitFor({ timeout: 40_000 });
  await page.waitForTimeout(500);
  const [few, some] = [await oneIn(), await drawing(page)];
  await flow(120_000);
  await expectSoon(async () => (await oneIn()) > 2 * few, 'a smaller share to be drawn', 40_000);
  await page.waitForTimeout(500);
  const many = await drawing(page);
  assert.ok(some.calls > 100, `something is drawn: ${some.calls} calls`);
  // One of two, one of four, one of eight: so a sample has between half of the most that are drawn, and all of it.
  assert.ok(many.calls < 2.2 * some.calls, `six times the requests: ${many.calls} calls a frame, of ${some.calls}`);
  // Drawing goes on: well over a few frames a second, on any machine.
  assert.ok(many.frames > 12, `${many.frames} frames in two seconds`);
});
