// Repeats and sweeps: progress, cancel, a curve with theory's line, files to take away; without workers too. And what the
// page says of how true it is.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { journey } from './browser.mjs';
import { Lab } from './lab.mjs';
import { expectSoon } from './soon.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function sheetOf(page, key) {
  await page.keyboard.press(key);
  const sheet = page.getByRole('dialog', { name: 'Repeat and sweep' });
  await sheet.waitFor();
  return sheet;
}

async function fill(sheet, fields) {
  for (const [label, value] of Object.entries(fields)) {
    const field = sheet.getByLabel(label, { exact: true });
    await field.fill(String(value));
    await field.press('Tab');
  }
}

async function finish(sheet) {
  await sheet.getByRole('button', { name: 'Start' }).click();
  await sheet.getByRole('button', { name: 'Start' }).waitFor({ timeout: 60_000 });
}

const rows = (sheet) => sheet.getByRole('region', { name: 'Results as a table' }).locator('tbody tr').evaluateAll((list) =>
  list.map((row) => [...row.children].map((cell) => cell.textContent)));

async function take(page, button) {
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

/** A CSV file as a list of objects. */
function table(bytes) {
  const [head, ...lines] = bytes.toString().trim().split('\r\n').map((line) => line.split(','));
  return lines.map((line) => Object.fromEntries(line.map((cell, i) => [head[i], Number(cell)])));
}

async function atSingleServer(page, visit) {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.openStarter('Single server');
  await lab.pause();
  await lab.select('Server');
  return lab;
}

journey('a sweep of load follows the theory, in workers, and can be taken away', { timeout: 120_000 }, async ({ page, visit }) => {
  await atSingleServer(page, visit);
  const sheet = await sheetOf(page, 'w');
  assert.equal(await sheet.getByLabel('Parameter').inputValue(), 'rate_per_s', 'the most telling parameter');
  await fill(sheet, { 'To value': 80, Values: 4, Seeds: 5, 'Seconds of each run': 300 });
  const workers = page.workers().length;
  await sheet.getByRole('button', { name: 'Start' }).click();
  await expectSoon(async () => page.workers().length > workers, 'a worker');
  await sheet.getByRole('button', { name: 'Start' }).waitFor({ timeout: 60_000 });
  await expectSoon(async () => page.workers().length === workers, 'the workers to go');

  await sheet.getByLabel('Show').selectOption('latency_mean');
  assert.match(await sheet.locator('.trial-word').textContent(), /M\/M\/1, exact/);
  assert.match(await sheet.locator('.trial-picture').getAttribute('aria-label'), /Mean latency: from .* Theory at the end: 60 ms/);
  assert.ok((await sheet.locator('.trial-picture path[stroke-dasharray="7 4"]').count()) >= 2, "theory's line and its sign");
  assert.equal((await rows(sheet)).length, 4);

  const csv = await take(page, sheet.getByRole('button', { name: 'Save as CSV' }));
  assert.equal(csv.name, 'single-server.sweep.csv');
  const points = table(csv.bytes);
  assert.deepEqual(points.map((p) => p['rate_per_s (requests/s)']), [10, 33.33, 56.67, 80]);
  for (const p of points) {
    // M/M/1 with 10 ms of service and 10 ms of way.
    const exact = 1000 / (100 - p['rate_per_s (requests/s)']) + 10;
    assert.ok(Math.abs(p['latency_mean_theory'] - exact) < 0.01, JSON.stringify(p));
    const [low, high] = [p.latency_mean_low, p.latency_mean_high];
    assert.ok(low - (high - low) < exact && exact < high + (high - low) && high - low < exact, `${low} to ${high} beside ${exact}`);
    assert.equal(p.seeds, 5);
  }
  const png = await take(page, sheet.getByRole('button', { name: 'Save as PNG' }));
  assert.equal(png.name, 'single-server.sweep.png');
  assert.deepEqual([...png.bytes.subarray(1, 4)], [0x50, 0x4e, 0x47]);
  assert.equal(png.bytes.readUInt32BE(16), 1520, 'twice the size');
});

journey('a repeat shows how far it has come and can be cancelled', { timeout: 120_000 }, async ({ page, visit }) => {
  const lab = await atSingleServer(page, visit);
  const sheet = await sheetOf(page, 'r');
  await fill(sheet, { Seeds: 50, 'Seconds of each run': 20000 });
  await sheet.getByRole('button', { name: 'Start' }).click();
  const progress = sheet.getByRole('progressbar', { name: 'Progress' });
  await expectSoon(async () => Number(await progress.evaluate((p) => p.value)) > 0, 'some progress', 30_000);
  assert.match(await sheet.locator('.trial-go').textContent(), /of 50 runs/);
  // The page itself stays in hand meanwhile.
  await page.keyboard.press('Escape');
  await page.keyboard.press(' ');
  await expectSoon(async () => (await lab.now()) > 0.05, 'the run on the page to go on');
  await page.keyboard.press('r');
  await sheet.getByRole('button', { name: 'Cancel' }).click();
  await sheet.getByRole('button', { name: 'Start' }).waitFor();
  await expectSoon(async () => page.workers().length === 0, 'the workers to go');

  await fill(sheet, { Seeds: 8, 'Seconds of each run': 200 });
  await finish(sheet);
  const found = Object.fromEntries((await rows(sheet)).map(([head, ...cells]) => [head, cells]));
  assert.match(found['Server: Utilisation here'][0], /^(7\d|8\d)(\.\d)? %$/);
  assert.match(found['Server: Utilisation here'][1], / to /, 'an interval');
  assert.equal(found['Server: Utilisation here'][2], '80 %', 'theory');
  assert.equal(await sheet.locator('.trial-picture circle').count(), 9, 'a dot for each run, and one in the legend');
});

journey('without workers the page does the runs itself, with the same results', { timeout: 120_000 }, async ({ page, visit, stranger }) => {
  const files = [];
  for (const without of [false, true]) {
    const own = without ? await stranger() : { page, visit };
    if (without) await own.page.addInitScript(() => { window.Worker = class { constructor() { throw new Error('none here'); } }; });
    await atSingleServer(own.page, own.visit);
    const sheet = await sheetOf(own.page, 'w');
    await fill(sheet, { Values: 3, Seeds: 2, 'Seconds of each run': 20 });
    await finish(sheet);
    files.push((await take(own.page, sheet.getByRole('button', { name: 'Save as CSV' }))).bytes.toString());
  }
  assert.equal(files[0], files[1]);
  assert.equal(table(files[0]).length, 3);
});

journey('what cannot be run is refused with the reason', async ({ page, visit }) => {
  await atSingleServer(page, visit);
  const sheet = await sheetOf(page, 'w');
  await fill(sheet, { 'From value': 0 });
  await sheet.getByRole('button', { name: 'Start' }).click();
  assert.match(await sheet.getByRole('alert').textContent(), /Rate is 0, it must be from 0.01/);
  await fill(sheet, { 'From value': 90, 'To value': 10 });
  await sheet.getByRole('button', { name: 'Start' }).click();
  assert.match(await sheet.getByRole('alert').textContent(), /below the last/);
});

journey('how true it is: assumptions, what lies beyond, and theory beside the run', async ({ page, visit }) => {
  const lab = await atSingleServer(page, visit);
  await lab.pass(30, 60);
  await lab.pause();
  await page.keyboard.press('h');
  const sheet = page.getByRole('dialog', { name: 'How true is this?' });
  await sheet.waitFor();
  assert.match(await sheet.textContent(), /M\/M\/1, exact for this model/);
  await sheet.getByRole('heading', { name: 'What the model assumes: Service' }).waitFor();
  const used = await sheet.getByRole('region', { name: 'Theory and this run' }).locator('tr', { hasText: 'Utilisation' }).locator('td').allTextContents();
  assert.equal(used[0], '80 %');
  assert.match(used[1], /^\d\d(\.\d)? %$/, 'and what this run has measured');
  await sheet.getByRole('combobox', { name: 'About' }).selectOption('users');
  await sheet.getByRole('heading', { name: 'What the model assumes: Clients' }).waitFor();
  await sheet.getByRole('combobox', { name: 'About' }).selectOption('');
  await sheet.getByRole('heading', { name: 'What the model assumes: Link' }).waitFor();
  await sheet.getByText('A connection costs its handshake once').waitFor();
});

for (const colorScheme of ['dark', 'light']) {
  journey(`the sheets pass the accessibility checks: ${colorScheme}`, { colorScheme, timeout: 120_000 }, async ({ page, visit }) => {
    await atSingleServer(page, visit);
    const sheet = await sheetOf(page, 'w');
    await fill(sheet, { Values: 3, Seeds: 2, 'Seconds of each run': 5 });
    await finish(sheet);
    const check = async () => {
      await page.evaluate(`${axe};0`);
      const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
      assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`), []);
    };
    await check();
    await page.keyboard.press('Escape');
    await page.keyboard.press('h');
    await page.getByRole('dialog', { name: 'How true is this?' }).waitFor();
    await check();
  });
}
