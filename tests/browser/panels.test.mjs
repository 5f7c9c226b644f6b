// Charts with their tables, and what colours the packets: by pointer and by keyboard.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { journey } from './browser.mjs';
import { Lab } from './lab.mjs';
import { expectSoon } from './soon.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function audit(page, where) {
  await page.evaluate(`${axe};0`);
  const rules = { 'label-content-name-mismatch': { enabled: false } };
  const { violations } = await page.evaluate((rules) => window.axe.run(document, { resultTypes: ['violations'], rules }), rules);
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].target} ${v.nodes[0].any[0]?.message ?? ''}`), [], where);
}

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
  await audit(page, 'histogram');
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
  await audit(page, 'availability and cost');
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

journey('what colours the packets is chosen by keyboard, and the legend says what the colours mean', { timeout: 90_000 }, async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  const menu = page.getByLabel('Colour by');
  const meanings = page.getByRole('list', { name: 'Colours' });
  const hues = () => page.evaluate(() => {
    const layer = document.querySelector('canvas.over');
    const { data } = layer.getContext('2d').getImageData(0, 0, layer.width, layer.height);
    const found = new Set();
    for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) found.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
    return found.size;
  });
  assert.ok((await hues()) > 0, 'packets are drawn');
  await menu.focus();
  for (const [by, meaning] of [
    ['Outcome', /stale/], ['User', /user 0/], ['Key', /key 0/], ['Store of the key', /Primary/],
    ['Version', /version 1/], ['Attempt', /first attempt/], ['Age', /under 10 ms/],
  ]) {
    await menu.selectOption({ label: by });
    await expectSoon(async () => meaning.test(await meanings.innerText()), `the legend of ${by}`);
  }
  await audit(page, 'coloured by age');
  await menu.selectOption({ label: 'Kind' });
  assert.equal(await meanings.getByRole('listitem').count(), 0);
});

journey('a flood is drawn as streams beside a fixed sample, at no greater cost', { timeout: 120_000 }, async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  const [clients] = await lab.namesOf('Clients');
  await lab.select(clients);
  const rate = lab.inspector.getByLabel('Rate', { exact: true }).first();
  await rate.fill('60000');
  await rate.press('Enter');
  await lab.setSpeed(0.02);
  await lab.play();
  const sample = page.getByText(/^1 of [\d,]+ requests shown; dotted streams are the flow of all of them$/);
  await sample.waitFor({ timeout: 40_000 });
  // Drawing goes on: well over a few frames a second, on any machine.
  const frames = await page.evaluate(() => new Promise((resolve) => {
    let n = 0;
    const start = performance.now();
    const count = () => (performance.now() - start > 2_000 ? resolve(n) : (n++, requestAnimationFrame(count)));
    requestAnimationFrame(count);
  }));
  assert.ok(frames > 12, `${frames} frames in two seconds`);
});
