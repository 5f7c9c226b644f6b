// Exports: pictures and tables that stand on their own, whatever the page looks like.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { journey } from './browser.mjs';
import { faultline } from './cli.mjs';
import { Lab } from './lab.mjs';

const words = JSON.parse(readFileSync(new URL('../../assets/words/es.json', import.meta.url), 'utf8'));

async function open(lab) {
  await lab.button('Export pictures and tables').first().click();
  const sheet = lab.page.getByRole('dialog', { name: 'Export' });
  await sheet.waitFor();
  return sheet;
}

async function take(page, button) {
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

/** Width, height and the colour of the upper left corner of a picture, as a browser shows it. */
const look = (page, bytes, type) => page.evaluate(async ([base64, type]) => {
  const image = new Image();
  image.src = `data:${type};base64,${base64}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  const pen = canvas.getContext('2d');
  pen.drawImage(image, 0, 0);
  return { width: canvas.width, height: canvas.height, corner: [...pen.getImageData(3, 3, 1, 1).data] };
}, [bytes.toString('base64'), type]);

journey('pictures are light by choice under a dark page, whole, and at the wanted size', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pause();
  const sheet = await open(lab);
  const light = await take(page, sheet.getByRole('button', { name: 'Picture as SVG' }));
  assert.equal(light.name, 'shop.svg');
  const text = light.bytes.toString();
  for (const dark of ['#0d1116', '#1b222b', '#e9eef4']) assert.ok(!text.includes(dark), `${dark} of the dark theme`);
  for (const name of await lab.names()) assert.ok(text.includes(`>${name}</text>`), name);
  assert.match(text, /req\/s/);
  const drawn = await look(page, light.bytes, 'image/svg+xml');
  assert.deepEqual(drawn.corner, [245, 247, 249, 255]);

  await sheet.getByRole('combobox', { name: 'Size of the PNG' }).selectOption('3');
  await sheet.getByRole('combobox', { name: 'Colours' }).selectOption('dark');
  const png = await take(page, sheet.getByRole('button', { name: 'Picture as PNG' }));
  assert.equal(png.name, 'shop.png');
  const pixels = await look(page, png.bytes, 'image/png');
  assert.deepEqual(pixels.corner, [13, 17, 22, 255]);
  assert.equal(pixels.width, 3 * drawn.width);

  await sheet.getByRole('checkbox', { name: 'Background' }).uncheck();
  await sheet.getByRole('checkbox', { name: 'State of the run' }).uncheck();
  const bare = await take(page, sheet.getByRole('button', { name: 'Picture as SVG' }));
  assert.equal((await look(page, bare.bytes, 'image/svg+xml')).corner[3], 0, 'transparent');
  assert.doesNotMatch(bare.bytes.toString(), /req\/s/);
});

journey('what a picture says itself is in the language of the page', { locale: 'es-ES' }, async ({ page, visit }) => {
  await visit();
  await page.locator('[data-node]').first().waitFor();
  await page.locator('.bar [data-action=export]').first().click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('checkbox', { name: words['State of the run'] }).uncheck();
  const bare = await take(page, sheet.getByRole('button', { name: words['Picture as SVG'] }));
  const text = bare.bytes.toString();
  for (const kind of ['Load balancer', 'Service', 'Database']) {
    // A long one is cut to the width of its card.
    assert.ok(text.includes(`>${words[kind].slice(0, 12)}`), kind);
    assert.ok(!text.includes(`>${kind}</text>`), kind);
  }
});

journey('tables hold what was measured, as the command line writes it', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pass(3);
  await lab.pause();
  const sheet = await open(lab);
  const totals = await take(page, sheet.getByRole('button', { name: 'Totals as CSV' }));
  const series = await take(page, sheet.getByRole('button', { name: 'Figures over time as CSV' }));
  assert.deepEqual([totals.name, series.name], ['shop.totals.csv', 'shop.series.csv']);
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'hidden' });
  const file = await lab.saveFile();
  const moment = `${JSON.parse(readFileSync(file, 'utf8')).moment_ns}ns`;
  assert.equal(totals.bytes.toString(), faultline('run', file, '--for', moment, '--csv', 'totals'));
  assert.equal(series.bytes.toString(), faultline('run', file, '--for', moment, '--csv', 'series'));
});
