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
