// Keeping: the work survives a reload, a file, a link and whatever is broken among them; and the same run comes out of all.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { journey } from './browser.mjs';
import { follow, run, scenarios } from './cli.mjs';
import { Lab } from './lab.mjs';
import { expectSoon } from './soon.mjs';

journey('a reload finds the work', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  const fresh = await lab.drag('Service', 0.5, 0.9);
  await lab.pass(2);
  await lab.pause();
  const [names, time] = [(await lab.names()).sort(), await lab.now()];
  await page.getByText('saved', { exact: true }).first().waitFor();
  await page.reload();
  await lab.ready();
  await expectSoon(async () => (await lab.now()) >= time, 'the same moment');
  assert.deepEqual((await lab.names()).sort(), names);
  assert.ok(names.includes(fresh));
});

journey('a share link gives a stranger the same document and the same run as the command line', { timeout: 120_000 }, async ({ page, visit, stranger }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  const [balancer] = await lab.namesOf('Load balancer');
  const [service] = await lab.namesOf('Service');
  const fresh = await lab.drag('Service', 0.5, 0.9);
  await lab.wire(balancer, fresh);
  await lab.pass(2);
  await lab.select(service);
  await page.keyboard.press('k');
  await lab.pass(3);
  await lab.pause();
  const mine = await lab.share();
  const file = await lab.saveFile();
  const text = readFileSync(file, 'utf8');
  assert.equal(follow(mine.command, file).trace_hash, mine.hash, 'browser and command line agree');
  assert.equal(run(file).trace_hash, mine.hash, 'a saved file runs to its moment');

  // Who asks for less motion finds the run standing where it was shared.
  const friend = await stranger({ reducedMotion: 'reduce' });
  await friend.page.goto(mine.link);
  const theirs = new Lab(friend.page);
  await theirs.ready();
  assert.deepEqual((await theirs.names()).sort(), (await lab.names()).sort());
  await expectSoon(async () => (await theirs.now()) === (await lab.now()), 'the same moment');
  assert.match(await theirs.state(service), /crashed/);
  assert.equal((await theirs.share()).hash, mine.hash, 'the same run');
  const essence = (json) => ({ ...JSON.parse(json), view: null });
  const received = readFileSync(await theirs.saveFile(), 'utf8');
  assert.deepEqual(essence(received), essence(text), 'the same document');
  assert.ok(mine.link.length < 2_000, `a link that chat programs keep whole: ${mine.link.length} characters`);
});

journey('every starter runs the same in the browser and on the command line', { timeout: 240_000 }, async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  for (const { title } of scenarios()) {
    await lab.openStarter(title);
    await lab.pass(3);
    await lab.pause();
    const { hash, command } = await lab.share();
    assert.equal(follow(command, await lab.saveFile()).trace_hash, hash, title);
  }
});

journey('a saved file opens again', async ({ page, visit, stranger }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pause();
  const fresh = await lab.drag('Database', 0.5, 0.9);
  const text = readFileSync(await lab.saveFile(), 'utf8');
  const other = await stranger();
  const theirs = new Lab(other.page);
  await other.visit();
  await theirs.ready();
  await theirs.openFile(text);
  await expectSoon(async () => (await theirs.names()).includes(fresh), 'the saved diagram');
});

journey('a file that cannot be read says where and what, and the open diagram stays', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  const names = (await lab.names()).sort();
  const broken = ['', '{', 'null', '[]', '{"format":"faultline"}', '{"format":"faultline","version":99,"nodes":[],"links":[]}',
    '{"format":"faultline","version":1,"nodes":[{"id":"a","kind":"service","name":"A","x":0,"y":0,"params":{"workers":-3}}],"links":[]}',
    '{"format":"faultline","version":1,"nodes":[],"links":[{"id":"l","from":"a","to":"b"}]}', '\u0000'.repeat(100)];
  for (const text of broken) {
    await lab.openFile(text, 'broken.json');
    await lab.message(/could not be opened/).first().waitFor();
    assert.deepEqual((await lab.names()).sort(), names, text);
    // The message of this file, not of the last.
    for (const close of await page.locator('.messages').getByRole('button').all()) await close.click().catch(() => {});
  }
});

journey('a broken link leaves the app alive, with a message', async ({ page, visit }) => {
  const lab = new Lab(page);
  for (const fragment of ['#d=', '#d=not-a-document', '#d=AAAAAAAA', `#d=${'A'.repeat(5_000)}`, '#d=%%%', '#nonsense']) {
    await visit(fragment);
    await lab.ready();
    if (fragment.startsWith('#d=')) await lab.message(/link could not be read/).first().waitFor();
    assert.ok((await lab.names()).length > 0, fragment);
  }
});

journey('a corrupt store is moved aside and said so', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pause();
  await page.getByText('saved', { exact: true }).first().waitFor();
  const keys = await page.evaluate(() => Object.keys(localStorage));
  // Leaving saves; so the store is broken before the page's code runs.
  await page.addInitScript((names) => names.forEach((name) => localStorage.setItem(name, '{"format":"faultline","version":1,"nodes":[{"id"')), keys);
  await page.reload();
  await lab.ready();
  await lab.message(/could not be read/).first().waitFor();
  assert.ok((await lab.names()).length > 0);
});

journey('a browser without room says that the work is not kept', async ({ page, visit }) => {
  const lab = new Lab(page);
  await page.addInitScript(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  await visit();
  await lab.ready();
  await lab.drag('Service', 0.5, 0.9);
  await page.getByText(/not saved|could not be kept|storage is full/i).first().waitFor();
});
