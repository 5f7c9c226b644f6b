// The canvas and the charts: where one looks, how much is drawn, what is read off.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { journey } from './browser.mjs';
import { Lab } from './lab.mjs';
import { expectSoon } from './soon.mjs';

journey('the wheel zooms at the pointer, a drag pans, and all can be fitted again', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pause();
  const [service] = await lab.namesOf('Service');
  const middle = async () => {
    const box = await lab.card(service).boundingBox();
    return { x: box.x + box.width / 2, y: box.y + box.height / 2, width: box.width };
  };
  const before = await middle();
  await page.mouse.move(before.x, before.y);
  await page.keyboard.down('Control');
  for (let i = 0; i < 3; i++) await page.mouse.wheel(0, -100);
  await page.keyboard.up('Control');
  await expectSoon(async () => (await middle()).width > before.width * 1.3, 'the card to grow');
  const zoomed = await middle();
  assert.ok(Math.hypot(zoomed.x - before.x, zoomed.y - before.y) < 3, 'what is under the pointer stays there');
  const box = await lab.canvas.boundingBox();
  await page.mouse.move(box.x + 30, box.y + 30);
  await page.mouse.down();
  await page.mouse.move(box.x + 130, box.y + 90, { steps: 4 });
  await page.mouse.up();
  const panned = await middle();
  assert.ok(Math.abs(panned.x - zoomed.x - 100) < 3 && Math.abs(panned.y - zoomed.y - 60) < 3, 'the diagram follows the hand');
  await page.keyboard.press('0');
  await expectSoon(async () => (await middle()).width < zoomed.width, 'all to fit again');
  for (const card of await lab.cards().all()) {
    const r = await card.boundingBox();
    assert.ok(r.x >= box.x && r.y >= box.y && r.x + r.width <= box.x + box.width && r.y + r.height <= box.y + box.height, 'every card is in sight');
  }
});

journey('when there is more than can be drawn, the canvas says which share is', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  const [clients] = await lab.namesOf('Clients');
  await lab.select(clients);
  const rate = lab.inspector.getByRole('textbox', { name: /^Rate/ }).first();
  await rate.fill('50000');
  await rate.press('Enter');
  await lab.canvas.getByText(/^1 of [\d,]+ requests shown/).waitFor();
});

journey('an overload is held: the page stays responsive and says what speed it reaches', { timeout: 90_000 }, async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  const [clients] = await lab.namesOf('Clients');
  await lab.select(clients);
  const rate = lab.inspector.getByRole('textbox', { name: /^Rate/ }).first();
  await rate.fill('20000');
  await rate.press('Enter');
  await lab.setSpeed(100);
  await page.getByRole('group', { name: 'Time' }).getByText(/^reaches /).waitFor();
  const started = Date.now();
  await lab.pause();
  assert.ok(Date.now() - started < 3_000, 'pause answers at once');
});

journey('a chart is read under the pointer and by arrow keys', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pass(5);
  await lab.pause();
  const plot = lab.charts.getByRole('slider', { name: /over time/ }).first();
  const box = await plot.boundingBox();
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height / 2);
  await lab.charts.getByText(/^at /).waitFor();
  await page.mouse.move(10, 10);
  await plot.focus();
  await page.keyboard.press('ArrowLeft');
  assert.match(await plot.getAttribute('aria-valuetext'), /\d/);
});

journey('the selected node has charts of its own', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pass(5);
  await lab.pause();
  const [cache] = await lab.namesOf('Cache');
  await lab.select(cache);
  await lab.button(cache, lab.charts).click();
  await lab.charts.getByText(/hit ratio/i).first().waitFor();
});

journey('a kind from a newer version is kept as a placeholder', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  const strange = {
    format: 'faultline', version: 1, title: 'From the future', seed: 7, journal: [],
    nodes: [
      { id: 'users', kind: 'clients', name: 'Users', x: 96, y: 240 },
      { id: 'oracle', kind: 'oracle', name: 'Oracle', x: 384, y: 240, params: { foresight: 3 } },
    ],
    links: [{ id: 'users-oracle', from: 'users', to: 'oracle' }],
  };
  await lab.openFile(JSON.stringify(strange), 'future.json');
  await lab.card('Oracle').waitFor();
  assert.match(await lab.state('Oracle'), /does not know/);
  const kept = JSON.parse(readFileSync(await lab.saveFile(), 'utf8'));
  assert.deepEqual(kept.nodes.find((node) => node.id === 'oracle'), strange.nodes[1], 'it goes round untouched');
});

journey('another seed is another run, and the same seed the same', { reducedMotion: 'reduce', timeout: 90_000 }, async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  const seed = page.getByRole('textbox', { name: 'Seed' });
  const begin = async (value) => {
    await seed.fill(value);
    await seed.press('Enter');
    await seed.blur();
    await lab.pause();
    await lab.button('Start over').click();
    await lab.pause();
    for (let i = 0; i < 60; i++) await lab.button('A single event').click();
    return (await lab.share()).hash;
  };
  const first = await begin('11');
  const other = await begin('12');
  const again = await begin('11');
  assert.notEqual(first, other);
  assert.equal(first, again);
});
