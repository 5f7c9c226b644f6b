// From the moment in which a document is opened it is kept: a reload during its replay finds it, a late answer of another
// tab is not taken for it, and what has not changed is not written again.
import assert from 'node:assert/strict';
import { address, journey } from './browser.mjs';
import { openRecent, records, rename, saved, start } from './keeping.mjs';
import { Lab } from './lab.mjs';
import { expectSoon } from './soon.mjs';

// Hours under a heavy load: no machine replays that while this test lasts.
const LONG = JSON.stringify({
  format: 'faultline', version: 2, title: 'Long run', seed: 3, moment_ns: 36_000_000_000_000,
  nodes: [
    { id: 'users', kind: 'clients', name: 'Users', x: 0, y: 96, params: { rate_per_s: 20_000 } },
    { id: 'api', kind: 'service', name: 'API', x: 320, y: 96, params: { workers: 200 } },
  ],
  links: [{ id: 'users-api', from: 'users', to: 'api' }],
});

const replaying = (page) => page.locator('.replay').waitFor();
const moment = async (page) => {
  const own = await page.evaluate(() => sessionStorage.getItem('faultline.work'));
  const [, record] = (await records(page)).find(([name]) => name.endsWith(own)) ?? [];
  return record && JSON.parse(record.slice(record.indexOf('\n') + 1)).moment_ns;
};

journey('a file is kept before it has come to its moment, and a reload finds it, and what was open before', async ({ page, visit }) => {
  const lab = await start(page, visit);
  await rename(page, 'Before it');
  await saved(page);
  await lab.openFile(LONG);
  await replaying(page);
  for (let i = 0; i < 2; i++) {
    await page.reload();
    await replaying(page);
    assert.deepEqual((await lab.names()).sort(), ['API', 'Users']);
    assert.equal(await lab.message(/did not open to its end/).count(), 0, 'nothing went wrong');
    assert.equal(await moment(page), 36_000_000_000_000, 'with all of its run');
  }
  const sheet = await openRecent(page);
  await sheet.getByRole('button', { name: /^Open Before it, / }).click();
  await lab.message('Opened Before it').waitFor();
  // And from there the way back, to its whole run.
  await lab.button('Go back to what was open').click();
  await lab.message('Back to Long run').waitFor();
  await replaying(page);
  await expectSoon(async () => (await moment(page)) === 36_000_000_000_000, 'its record with all of its run');
});

for (const how of ['when it is loaded', 'in an open page']) {
  journey(`a link is forgotten ${how} once its document is kept, not before`, async ({ page, visit, stranger }) => {
    const friend = await stranger();
    const theirs = await start(friend.page, friend.visit);
    await theirs.openFile(LONG);
    await replaying(friend.page);
    // The link is of the whole run, though the replay has not come there.
    await theirs.button(/^Share/).click();
    const fragment = new URL(await friend.page.getByRole('textbox', { name: 'Link', exact: true }).inputValue()).hash;
    await friend.context.close();

    const lab = new Lab(page);
    if (how === 'when it is loaded') {
      await visit(fragment);
    } else {
      await start(page, visit);
      await page.evaluate((fragment) => (location.hash = fragment), fragment);
    }
    await replaying(page);
    await expectSoon(() => page.evaluate(() => location.hash === ''), 'the address to be plain');
    await page.reload();
    await replaying(page);
    assert.deepEqual((await lab.names()).sort(), ['API', 'Users']);
    assert.equal(await moment(page), 36_000_000_000_000);
  });
}

journey('a link that cannot be kept stays in the address', async ({ page, visit, stranger }) => {
  const friend = await stranger();
  const theirs = await start(friend.page, friend.visit);
  await rename(friend.page, 'From a friend');
  const { link } = await theirs.share();
  await friend.context.close();
  await page.addInitScript(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  await visit(new URL(link).hash);
  const lab = new Lab(page);
  await lab.message(/could not be kept/).first().waitFor();
  await page.reload();
  await lab.ready();
  assert.equal(await page.getByRole('textbox', { name: 'Title of the document' }).inputValue(), 'From a friend');
});

journey('an answer of the other tab that comes late is not taken for what is open by then', async ({ page, visit, tab }) => {
  const lab = await start(page, visit);
  await rename(page, 'Original');
  await saved(page);
  const note = await page.evaluate(() => sessionStorage.getItem('faultline.work'));
  const other = await tab();
  await other.addInitScript((work) => {
    sessionStorage.getItem('faultline.work') ?? sessionStorage.setItem('faultline.work', work);
    // A browser that takes its time to say whose the lock is.
    const request = LockManager.prototype.request;
    const wait = new Promise((answer) => (window.answer = answer));
    LockManager.prototype.request = function (name, ...rest) {
      return (name.endsWith(work) ? wait : Promise.resolve()).then(() => request.call(this, name, ...rest));
    };
  }, note);
  await other.goto(address());
  const theirs = await start(other);
  await theirs.openStarter('Cache-aside');
  await theirs.pause();
  await saved(other);
  const own = () => other.evaluate(() => sessionStorage.getItem('faultline.work'));
  const before = await own();
  await other.evaluate(() => window.answer());
  // Longer than the page waits for a lock.
  await other.waitForTimeout(1_500);
  assert.equal(await theirs.message(/this is a copy/).count(), 0);
  assert.equal(await own(), before, 'it goes on in its own record');
  const held = await other.evaluate(async () => (await navigator.locks.query()).held.map((lock) => lock.name));
  assert.deepEqual(held.sort(), [`faultline.work.${note}`, `faultline.work.${before}`].sort(), 'each tab has one lock');
  await lab.pause();
});

journey('a claim that is given up is not asked for any more, and one that has to wait is granted', async ({ page, visit, tab }) => {
  const lab = await start(page, visit);
  const other = await tab();
  await other.goto(address());
  await start(other);
  // What the application asks of its page; the piece of work is nobody's.
  const claim = (tab) => tab.evaluate(() => window.faultline.claim('nobodys'));
  const release = (tab) => tab.evaluate(() => window.faultline.release('nobodys'));
  const pending = () => other.evaluate(async () => (await navigator.locks.query()).pending.filter((lock) => lock.name.endsWith('nobodys')).length);
  assert.equal(await claim(page), true);
  assert.equal(await claim(page), true, 'whose it is already');
  const given = await other.evaluate(async () => {
    const answer = window.faultline.claim('nobodys');
    // This tab may still ask for its own.
    const asked = (await navigator.locks.query()).pending.filter((lock) => lock.name.endsWith('nobodys')).length;
    const started = performance.now();
    window.faultline.release('nobodys');
    return { asked, answer: await answer, took: performance.now() - started };
  });
  assert.equal(given.asked, 1);
  assert.equal(given.answer, false);
  assert.ok(given.took < 600, `at once, not when patience ends: ${given.took} ms`);
  assert.equal(await pending(), 0);
  assert.equal(await claim(other), false, 'after a while');
  assert.equal(await pending(), 0);
  const late = claim(other);
  await release(page);
  assert.equal(await late, true);
  await release(other);
  assert.equal(await claim(page), true);
  await lab.pause();
});

journey('of two diagrams asked for in a row the last is opened', async ({ page, visit, tab }) => {
  const lab = await start(page, visit);
  await rename(page, 'Held by the other');
  await saved(page);
  const other = await tab();
  await other.goto(address());
  const theirs = await start(other);
  await theirs.openStarter('Cache-aside');
  await theirs.pause();
  // The first is held by another tab, so the answer takes a second; meanwhile something else is opened.
  const sheet = await openRecent(other);
  await sheet.getByRole('button', { name: /^Open Held by the other, / }).first().click();
  await theirs.openStarter('Retry storm');
  await other.waitForTimeout(1_800);
  assert.equal(await other.getByRole('textbox', { name: 'Title of the document' }).inputValue(), 'Retry storm');
  await lab.pause();
});

journey('what has not changed is not written again, and keeping reads no earlier state', { timeout: 90_000 }, async ({ page, visit }) => {
  await page.addInitScript(() => {
    window.touched = [];
    for (const name of ['getItem', 'setItem']) {
      const real = Storage.prototype[name];
      Storage.prototype[name] = function (key, ...rest) {
        if (/^faultline\.(work|past)\./.test(key)) window.touched.push(`${name} ${key.split('.')[1]}`);
        return real.call(this, key, ...rest);
      };
    }
  });
  const lab = await start(page, visit);
  await rename(page, 'Kept once');
  await saved(page);
  const during = async (act) => {
    await page.evaluate(() => (window.touched = []));
    await act();
    return page.evaluate(() => window.touched);
  };
  const still = await during(async () => {
    await page.evaluate(() => dispatchEvent(new Event('pagehide')));
    await page.evaluate(() => dispatchEvent(new Event('pagehide')));
  });
  assert.deepEqual(still.filter((what) => what.startsWith('setItem')), []);
  const running = await during(async () => {
    await lab.play();
    await page.waitForTimeout(7_000);
    await lab.pause();
  });
  assert.ok(running.filter((what) => what === 'setItem work').length >= 2, `the moment is kept: ${running}`);
  assert.deepEqual(running.filter((what) => what.endsWith('past')), []);
});
