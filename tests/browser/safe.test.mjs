// Never lose work: tabs keep apart, earlier states come back, a full or damaged store costs nothing.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { address, journey } from './browser.mjs';
import { Lab } from './lab.mjs';
import { openRecent, records, rename, saved, start } from './keeping.mjs';
import { expectSoon } from './soon.mjs';

journey('two tabs keep their own work, each is told of the other, and both can be found again', async ({ page, visit, tab }) => {
  const lab = await start(page, visit);
  await rename(page, 'First');
  const mine = await lab.drag('Cache', 0.5, 0.9);
  await saved(page);

  const other = await tab();
  await other.goto(address());
  const theirs = await start(other);
  await theirs.message(/First is open in another tab too: this is a copy/).waitFor();
  await rename(other, 'Second');
  const added = await theirs.drag('Database', 0.3, 0.9);
  await saved(other);
  await lab.message(/open in another tab too/).waitFor();

  // Both go on changing, in turns.
  await lab.drag('Service', 0.2, 0.9);
  await saved(page);
  await theirs.drag('Service', 0.2, 0.9);
  await saved(other);
  const names = [(await lab.names()).sort(), (await theirs.names()).sort()];
  assert.ok(names[0].includes(mine) && !names[0].includes(added));

  // Each reload finds its own.
  await page.reload();
  await other.reload();
  await lab.ready();
  await theirs.ready();
  assert.deepEqual([(await lab.names()).sort(), (await theirs.names()).sort()], names);
  assert.equal(await lab.message(/this is a copy/).count() + (await theirs.message(/this is a copy/).count()), 0, 'a reload is no other tab');

  // The other tab is closed: its work is among the recent ones of this one.
  await other.close();
  const sheet = await openRecent(page);
  await sheet.getByRole('button', { name: /^Open Second, / }).click();
  await lab.message('Opened Second').waitFor();
  assert.deepEqual((await lab.names()).sort(), names[1]);
});

journey('a duplicated tab is another tab', async ({ page, visit, tab }) => {
  const lab = await start(page, visit);
  await rename(page, 'Original');
  await saved(page);
  const note = await page.evaluate(() => sessionStorage.getItem('faultline.work'));
  const other = await tab();
  // What a browser does when it duplicates a tab.
  await other.addInitScript((work) => sessionStorage.getItem('faultline.work') ?? sessionStorage.setItem('faultline.work', work), note);
  await other.goto(address());
  const theirs = await start(other);
  await theirs.message(/Original is open in another tab too: this is a copy/).waitFor();
  await rename(other, 'Duplicate');
  await saved(other);
  await rename(page, 'Original still');
  await saved(page);
  const titles = (await records(page)).map(([, record]) => JSON.parse(record.split('\n')[0]).title);
  assert.deepEqual(titles.sort(), ['Duplicate', 'Original still']);
  await lab.pause();
});

journey('without locks a write by another tab is noticed and neither is lost', async ({ page, visit, context, tab }) => {
  await context.addInitScript(() => Object.defineProperty(Navigator.prototype, 'locks', { value: undefined }));
  const lab = await start(page, visit);
  await rename(page, 'Original');
  await saved(page);
  const other = await tab();
  await other.goto(address());
  await start(other);
  await rename(other, 'Other');
  await saved(other);
  await lab.message(/this tab goes on with a copy of its own/).waitFor();
  await rename(page, 'Mine');
  await saved(page);
  const titles = (await records(page)).map(([, record]) => JSON.parse(record.split('\n')[0]).title);
  assert.deepEqual(titles.sort(), ['Mine', 'Other']);
});

journey('the last ten autosaves can be restored', { timeout: 90_000 }, async ({ page, visit }) => {
  // Minutes pass quickly here.
  await page.addInitScript(() => {
    const real = Date.now.bind(Date);
    let ahead = 0;
    Date.now = () => real() + ahead;
    window.later = (minutes) => (ahead += minutes * 60_000);
  });
  const lab = await start(page, visit);
  const before = (await lab.names()).length;
  for (let i = 1; i <= 12; i++) {
    await rename(page, `State ${i}`);
    await lab.button('Cache', lab.palette).click();
    await expectSoon(async () => (await lab.names()).length === before + i, 'one more cache');
    await saved(page);
    await page.evaluate(() => window.later(2));
  }
  let sheet = await openRecent(page);
  const titles = await sheet.getByRole('button', { name: /^Restore / }).evaluateAll((buttons) => buttons.map((b) => b.ariaLabel));
  assert.equal(titles.length, 10);
  assert.match(titles[0], /^Restore State 12, .*\d\d:\d\d:\d\d · \d+ components · \d+\.\d kB$/);
  assert.match(titles[9], /^Restore State 3, /);
  await sheet.getByRole('button', { name: /^Restore State 5, / }).click();
  await lab.message('Restored an earlier state').waitFor();
  assert.equal((await lab.names()).length, before + 5);
  await saved(page);
  // What stood there before is not lost by that.
  await page.reload();
  await lab.ready();
  assert.equal((await lab.names()).length, before + 5, 'it is the work now');
  sheet = await openRecent(page);
  await sheet.getByRole('button', { name: /^Restore State 12, / }).click();
  await expectSoon(async () => (await lab.names()).length === before + 12, 'the latest state again');
});

journey('what stood when the page was loaded, and what stood for minutes, can be restored', async ({ page, visit }) => {
  await page.addInitScript(() => {
    const real = Date.now.bind(Date);
    Date.now = () => real() + Number(sessionStorage.getItem('ahead') ?? 0);
  });
  const later = (minutes) => page.evaluate((minutes) => sessionStorage.setItem('ahead', Number(sessionStorage.getItem('ahead') ?? 0) + minutes * 60_000), minutes);
  const lab = await start(page, visit);
  const count = async () => (await lab.names()).length;
  const before = await count();
  // All of it within a minute.
  await lab.button('Cache', lab.palette).click();
  await saved(page);
  for (const i of [2, 3]) {
    await lab.button('Cache', lab.palette).click();
    await expectSoon(async () => (await count()) === before + i, 'one more cache');
  }
  await saved(page);
  await page.reload();
  await lab.ready();
  await lab.pause();
  await saved(page);
  const remove = async () => {
    const now = await count();
    await lab.select((await lab.namesOf('Cache')).at(-1));
    await page.keyboard.press('Delete');
    await expectSoon(async () => (await count()) === now - 1, 'one to go');
    await saved(page);
  };
  const restorable = async () => {
    const sheet = await openRecent(page);
    const labels = await sheet.getByRole('button', { name: /^Restore / }).evaluateAll((buttons) => buttons.map((b) => Number(b.ariaLabel.match(/(\d+) components/)[1])));
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'hidden' });
    return labels;
  };
  await remove();
  assert.deepEqual(await restorable(), [before + 3, before + 1], 'what was there when the page was loaded, though it had not been there for a minute');
  await later(5);
  await remove();
  assert.ok((await restorable()).includes(before + 2), 'what had been there for five minutes');
});

journey('an empty start, starters and files lose nothing of what was open', async ({ page, visit }) => {
  const lab = await start(page, visit);
  await rename(page, 'My system');
  const fresh = await lab.drag('Cache', 0.5, 0.9);
  // At once, before the autosave.
  let sheet = await openRecent(page);
  await sheet.getByRole('button', { name: 'New, empty' }).click();
  await lab.message('Started an empty diagram').waitFor();
  assert.equal(await lab.cards().count(), 0);
  await lab.button('Service', lab.palette).click();
  await lab.cards().first().waitFor();
  await rename(page, 'From nothing');
  await lab.openStarter('Cache-aside');
  await lab.pause();
  await page.reload();
  await lab.ready();
  sheet = await openRecent(page);
  const rows = await sheet.getByRole('button', { name: /^Open / }).evaluateAll((buttons) => buttons.map((b) => b.ariaLabel.split(',')[0]));
  assert.deepEqual(rows, ['Open From nothing', 'Open My system']);
  await sheet.getByRole('button', { name: /^Open My system, / }).click();
  await lab.message('Opened My system').waitFor();
  assert.ok((await lab.names()).includes(fresh));
  // The way back, offered with the message.
  await lab.button('Go back to what was open').click();
  await lab.message('Back to Cache-aside').waitFor();
});

journey('a full store is said, what was kept stays, and there is room again when there is', async ({ page, visit }) => {
  const lab = await start(page, visit);
  await rename(page, 'Kept');
  await saved(page);
  // Fill it for real, to the last character.
  const fill = () => page.evaluate(() => {
    let size = 1 << 22;
    let text = localStorage.getItem('somebody else') ?? '';
    while (size >= 1) {
      try {
        localStorage.setItem('somebody else', text + 'x'.repeat(size));
        text += 'x'.repeat(size);
      } catch {
        size >>= 1;
      }
    }
  });
  await page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith('faultline.past.')).forEach((name) => localStorage.removeItem(name)));
  await fill();
  await rename(page, 'A longer title than the one that there was room for');
  await page.locator('.saved[data-state="failed"]').waitFor();
  await lab.message(/could not be kept: this browser's storage is full\. Save it as a file/).waitFor();
  const [[, record]] = await records(page);
  assert.equal(JSON.parse(record.split('\n')[0]).title, 'Kept', 'the last good state is still there');
  assert.match(readFileSync(await lab.saveFile(), 'utf8'), /A longer title/);
  await page.evaluate(() => localStorage.removeItem('somebody else'));
  await rename(page, 'Room again');
  await saved(page);
});

journey('a poisoned autosave is set aside, and can be downloaded as it is', async ({ page, visit }) => {
  const lab = await start(page, visit);
  await rename(page, 'Poisoned');
  await saved(page);
  const poison = (text) => page.evaluate((text) => {
    window.addEventListener('pagehide', () => {
      const name = `faultline.work.${sessionStorage.getItem('faultline.work')}`;
      localStorage.setItem(name, text);
    });
  }, text);
  const poisons = ['', '\u0000', '{"title":"x"}', '{"title":"x","at":1,"nodes":1,"built":true,"essence":"e"}\n{"format":"faultline","version":1', '['.repeat(100_000)];
  for (const text of poisons) {
    await poison(text);
    await page.reload();
    await lab.ready();
    await lab.message(/could not be read.*set aside/).waitFor();
    await lab.pause();
    await saved(page);
  }
  const sheet = await openRecent(page);
  const damaged = sheet.getByRole('button', { name: /^Save as a file Damaged record/ });
  await expectSoon(async () => (await damaged.count()) >= 4, 'the damaged records in the list');
  // Damaged records have no time to be sorted by: which is first is not told.
  const [download] = await Promise.all([page.waitForEvent('download'), damaged.first().click()]);
  assert.ok(poisons.includes(readFileSync(await download.path(), 'utf8')), 'one of them, as it was');
});

journey('a diagram that hung at opening is opened standing at its start', async ({ page, visit }) => {
  const lab = await start(page, visit);
  await lab.pass(3);
  await saved(page);
  // As it is after a page was killed while it opened: the note was never taken back.
  await page.evaluate(() => window.addEventListener('pagehide', () => sessionStorage.setItem('faultline.opening', sessionStorage.getItem('faultline.work'))));
  await page.reload();
  await lab.ready();
  await lab.message(/did not open to its end/).waitFor();
  assert.equal(await lab.now(), 0);
  await lab.button('Play').waitFor();
  await page.waitForTimeout(2_000);
  await page.reload();
  await lab.ready();
  assert.equal(await lab.message(/did not open to its end/).count(), 0, 'this time it did');
});
