// The first minute: the page is alive when it opens, and time is in one's hand.
import assert from 'node:assert/strict';
import { journey } from './browser.mjs';
import { Lab } from './lab.mjs';
import { expectSoon } from './soon.mjs';

journey('a first visit sees traffic move within a second', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  const [picture, time] = [await lab.traffic(), await lab.now()];
  await page.waitForTimeout(700);
  assert.notEqual(await lab.traffic(), picture, 'the traffic moved');
  assert.ok((await lab.now()) > time, 'the clock moved');
  assert.ok((await lab.names()).length >= 6, 'the shop is there');
});

journey('before the application is there its shell and the shop are seen, where they will be', async ({ page, context, visit }) => {
  let load;
  const held = new Promise((resolve) => { load = resolve; });
  await context.route(/\.wasm$/, async (route) => {
    await held;
    await route.continue();
  });
  const visited = visit();
  await page.getByText('Faultline is starting…').waitFor();
  const seen = await page.locator('.first text', { hasText: /^Orders 2$/ }).boundingBox();
  const bar = await page.locator('.bar').boundingBox();
  load();
  await visited;
  const lab = new Lab(page);
  await lab.ready();
  assert.equal(await page.locator('.waiting').count(), 0);
  const name = await lab.card('Orders 2').getByText('Orders 2', { exact: true }).boundingBox();
  assert.ok(Math.hypot(name.x - seen.x, name.y - seen.y) < 12, `the name was at ${seen.x}, ${seen.y} and is at ${name.x}, ${name.y}`);
  assert.deepEqual(await page.locator('.bar').boundingBox(), bar);
});

journey('who comes back to other work does not see the shop first', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await page.locator('.saved[data-state="saved"]').waitFor();
  await page.route(/\.wasm$/, () => {});
  await page.goto(page.url(), { waitUntil: 'commit' });
  await page.getByText('Faultline is starting…').waitFor();
  // No frame comes before the style sheets are there; until then nothing is painted.
  await page.evaluate(() => new Promise(requestAnimationFrame));
  assert.equal(await page.locator('.first').isVisible(), false);
});

journey('every starter opens and runs', { timeout: 120_000 }, async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  const titles = await lab.starters();
  assert.ok(titles.length >= 7, `at least seven starters, there are ${titles.length}`);
  for (const title of titles) {
    await lab.openStarter(title);
    await lab.pass(2);
    const clients = (await lab.namesOf('Clients'))[0];
    await expectSoon(async () => (await lab.rate(clients)) > 0, `${title} to carry traffic`);
  }
});

journey('time pauses, goes event by event, and starts again the same', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pause();
  const paused = await lab.now();
  const picture = await lab.traffic();
  await page.waitForTimeout(300);
  assert.equal(await lab.now(), paused, 'the clock stands');
  assert.equal(await lab.traffic(), picture, 'and so does the traffic');
  for (let i = 0; i < 40; i++) await lab.button('A single event').click();
  const stepped = await lab.now();
  assert.ok(stepped >= paused && stepped < paused + 5, 'single events advance a little');
  await lab.button('Start over').click();
  await expectSoon(async () => (await lab.now()) < Math.max(stepped, 0.05) + 1, 'the clock to start again');
  await lab.setSpeed(1);
  assert.match(await lab.speed.getAttribute('aria-valuetext'), /real time|×1|1 s/i);
});

journey('a page that asks for less motion starts paused and shows its counters', { reducedMotion: 'reduce' }, async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  const time = await lab.now();
  await page.waitForTimeout(500);
  assert.equal(await lab.now(), time, 'it starts paused');
  await lab.button('Play').waitFor();
  for (let i = 0; i < 60; i++) await lab.button('A single event').click();
  assert.ok((await lab.now()) >= time);
  await lab.pass(2);
  const clients = (await lab.namesOf('Clients'))[0];
  await expectSoon(async () => (await lab.rate(clients)) > 0, 'the counters to count');
});

journey('the site asks nothing of anybody once it is loaded', async ({ page, context, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await context.setOffline(true);
  await lab.button('Help and keys').click();
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await lab.openStarter((await lab.starters())[1]);
  await lab.pass(1);
});

journey('a second back is a second back, and what was done in it happens again', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pause();
  await lab.button('Start over').click();
  await lab.pass(3, 2);
  await lab.pause();
  const [service] = await lab.namesOf('Service');
  await lab.select(service);
  await page.keyboard.press('k');
  await expectSoon(async () => /crashed/.test(await lab.state(service)), 'the crash to show');
  const crashed = await lab.now();
  await lab.pass(0.4, 0.5);
  await lab.pause();
  const before = await lab.now();

  await lab.button('Back one second').click();
  await page.getByText(/what you did after that happens again/).waitFor();
  assert.ok(Math.abs((await lab.now()) - (before - 1)) < 0.002, `from ${before} to ${await lab.now()}`);
  assert.doesNotMatch(await lab.state(service), /crashed/, 'the server works as it did then');
  assert.equal(await lab.button(/^Undo/).first().getAttribute('aria-disabled'), 'true', 'there is nothing of it to undo yet');
  await page.keyboard.press(',');
  await expectSoon(async () => Math.abs((await lab.now()) - (before - 2)) < 0.002, 'another second back');
  await lab.pass(crashed - (before - 2) + 0.1, 2);
  await expectSoon(async () => /crashed/.test(await lab.state(service)), 'the crash to come again');
  await expectSoon(async () => (await lab.button(/^Undo/).first().getAttribute('aria-disabled')) !== 'true', 'the crash to be a step to undo again');

  await lab.pause();
  const furthest = Math.max(before, await lab.now());
  await page.keyboard.press(',');
  await page.getByText('What you did later happens again when the run comes to it').waitFor();
  await lab.button('Return to where you were').click();
  await expectSoon(async () => Math.abs((await lab.now()) - furthest) < 0.002, 'to be where one was');
  assert.match(await lab.state(service), /crashed/);

  for (let i = 0; i < 6; i++) await page.keyboard.press(',');
  await expectSoon(async () => (await lab.now()) === 0, 'the start');
  assert.equal(await lab.button('Back one second').getAttribute('aria-disabled'), 'true', 'before the start there is nothing');
});

journey('starting over from the past keeps what was added after it', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pass(1, 2);
  await lab.pause();
  const names = await lab.names();
  await lab.drag('Cache', 0.5, 0.9);
  const name = await lab.added(names);
  await page.keyboard.press(',');
  await expectSoon(async () => !(await lab.names()).includes(name), 'the moment before there was one');
  await lab.button('Start over').click();
  await expectSoon(async () => (await lab.names()).includes(name), 'it to be there from the start');
  await lab.button(/^Undo/).first().click();
  await expectSoon(async () => !(await lab.names()).includes(name), 'it to be undone');
});
