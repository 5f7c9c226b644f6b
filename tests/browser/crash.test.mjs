// When the application ends: the crash screen has the work, and only what ends the application brings it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { journey } from './browser.mjs';
import { faultline } from './cli.mjs';
import { capture, wreck } from './crash.mjs';
import { openRecent, rename, saved, start } from './keeping.mjs';
import { expectSoon } from './soon.mjs';

for (const how of ['still', 'anew']) {
  journey(`after a crash the diagram can be downloaded, and the page loads again ${how}`, async ({ page, visit, expectProblems }) => {
    expectProblems(/./);
    await page.addInitScript(capture);
    const lab = await start(page, visit);
    await rename(page, 'Not to be lost');
    const fresh = await lab.drag('Cache', 0.5, 0.9);
    await saved(page);
    await page.evaluate(wreck);
    await page.mouse.move(400, 400);
    const screen = page.getByRole('alertdialog', { name: 'Faultline has stopped' });
    await screen.waitFor();
    const first = screen.getByRole('button', { name: 'Download the diagram' });
    await expectSoon(() => first.evaluate((b) => b === document.activeElement), 'the focus to be on the first button');
    const [download] = await Promise.all([page.waitForEvent('download'), screen.getByRole('button', { name: 'Download the diagram' }).click()]);
    const path = await download.path();
    assert.match(readFileSync(path, 'utf8'), /"title": "Not to be lost"/);
    assert.match(faultline('check', path), /fine/);
    if (how === 'still') {
      await screen.getByRole('button', { name: 'Load again, paused at its start' }).click();
      await lab.ready();
      assert.equal(await lab.now(), 0);
      assert.ok((await lab.names()).includes(fresh));
      await lab.pass(1);
    } else {
      await screen.getByRole('button', { name: 'Set it aside and start anew' }).click();
      await lab.ready();
      await lab.message(/set aside, among the recent diagrams/).waitFor();
      assert.ok(!(await lab.names()).includes(fresh));
      const sheet = await openRecent(page);
      await sheet.getByRole('button', { name: /^Open Not to be lost, / }).click();
      await expectSoon(async () => (await lab.names()).includes(fresh), 'the diagram from before the crash');
    }
  });
}

journey('when the browser keeps nothing, the crash screen still has the diagram', async ({ page, visit, expectProblems }) => {
  expectProblems(/./);
  await page.addInitScript(capture);
  await page.addInitScript(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  const lab = await start(page, visit);
  await rename(page, 'Only in memory');
  await page.locator('.saved[data-state="failed"]').waitFor();
  // From a change to its being written down.
  await page.waitForTimeout(1_000);
  await page.evaluate(wreck);
  await page.mouse.move(400, 400);
  const screen = page.getByRole('alertdialog', { name: 'Faultline has stopped' });
  await screen.getByText(/could not keep your diagram: download it/).waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), screen.getByRole('button', { name: 'Download the diagram' }).click()]);
  assert.match(readFileSync(await download.path(), 'utf8'), /Only in memory/);
  await lab.clock.waitFor({ state: 'attached' });
});

/** A tiny module of its own whose one function traps or never returns: errors as a browser throws them. */
const fail = (how) => {
  const body = { trap: [0x00, 0x00, 0x0b], overflow: [0x00, 0x10, 0x00, 0x0b] }[how];
  const code = [0x0a, body.length + 2, 0x01, body.length, ...body];
  const bytes = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 0x66, 0, 0, ...code];
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes)));
  setTimeout(() => exports.f());
};

for (const how of ['trap', 'overflow']) {
  journey(`errors that are not the application's leave it alone; ${how === 'trap' ? 'a trap' : 'an overflow'} does not`, async ({ page, visit, problems, expectProblems }) => {
    const lab = await start(page, visit);
    await rename(page, 'Still here');
    await saved(page);
    expectProblems(/./);
    await page.evaluate(() => {
      const late = (act) => setTimeout(act);
      const stack = (error, text) => Object.assign(error, { stack: text });
      late(() => { throw new Error('Cannot read properties of undefined (reading wasm)'); });
      late(() => { throw stack(new Error('hook failed'), 'Error: hook failed\n    at wasm-function[12] (wasm://wasm/0a1b)\n    at panicked (content.js:1)'); });
      late(() => { throw stack(new WebAssembly.RuntimeError('unreachable'), 'RuntimeError: unreachable\n    at chrome-extension://abc/x.wasm:1'); });
      late(() => { const endless = () => endless() + 1; endless(); });
      Promise.reject(new TypeError('Failed to fetch'));
      Promise.reject(new TypeError('error loading dynamically imported module: wasm'));
    });
    await expectSoon(() => problems.length >= 6, 'six errors to be reported');
    await page.waitForTimeout(200);
    assert.equal(await page.locator('.crash').count(), 0, 'none of them stopped it');
    await lab.drag('Cache', 0.5, 0.9);
    await saved(page);
    await page.evaluate(fail, how);
    await page.getByRole('alertdialog', { name: 'Faultline has stopped' }).waitFor();
  });
}

for (const [what, pattern] of [['module', /\.wasm$/], ['script', /faultline-web[^/]*\.js$/]]) {
  journey(`a ${what} that cannot be fetched is said, with a button to load again`, async ({ page, visit, expectProblems }) => {
    expectProblems(/./);
    await page.route(pattern, (route) => route.abort());
    await visit();
    const screen = page.getByRole('alertdialog', { name: 'Faultline could not be loaded' });
    await screen.getByText(/Loading the page again may help/).waitFor();
    await page.unroute(pattern);
    await screen.getByRole('button', { name: 'Load again', exact: true }).click();
    await start(page);
    assert.equal(await page.locator('.crash').count(), 0);
  });
}

journey('what could not be fetched was not the application: the screen goes when it is there', async ({ page, visit, problems, expectProblems }) => {
  expectProblems(/Failed to fetch/);
  let go;
  const held = new Promise((release) => (go = release));
  await page.route(/\.wasm$/, async (route) => {
    await held;
    await route.continue();
  });
  await page.addInitScript(() => addEventListener('DOMContentLoaded', () => Promise.reject(new TypeError('Failed to fetch'))));
  await visit();
  await expectSoon(() => problems.length > 0, 'the error');
  await page.getByRole('alertdialog', { name: 'Faultline could not be loaded' }).waitFor();
  go();
  const lab = await start(page);
  assert.equal(await page.locator('.crash').count(), 0);
  await lab.drag('Cache', 0.5, 0.9);
});
