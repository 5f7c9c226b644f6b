// Without network: a visited site works, a newer version is offered and waits to be asked; and the whole of it in one
// file, opened without any server.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { friends, journey } from './browser.mjs';
import { follow } from './cli.mjs';
import { Lab } from './lab.mjs';
import { dist, serve } from './site.mjs';
import { expectSoon } from './soon.mjs';

const scripts = fileURLToPath(new URL('../../scripts/', import.meta.url));
const folder = () => mkdtempSync(join(tmpdir(), 'faultline-'));
/** A host of its own for this folder. */
async function hosted(site) {
  const host = await serve(site);
  friends.add(host.url);
  return host;
}
const online = { serviceWorkers: 'allow', timeout: 120_000 };

/** Waits until the site's service worker has taken over the page. */
const settled = (page) => page.evaluate(async () => {
  await navigator.serviceWorker.ready;
  while (!navigator.serviceWorker.controller) await new Promise((resolve) => setTimeout(resolve, 50));
});
const caches = (page) => page.evaluate(() => window.caches.keys());

/** Makes a newer version of a built site: one that says so. */
function renew(site, mark) {
  const page = join(site, 'index.html');
  writeFileSync(page, readFileSync(page, 'utf8').replace(/<meta name="mark"[^>]*>/, '').replace('</head>', `<meta name="mark" content="${mark}"></head>`));
  execFileSync(join(scripts, 'offline.sh'), [site]);
}

journey('a visited site works without network, the work kept, from any path', online, async ({ page, expectProblems }) => {
  const site = folder();
  cpSync(dist, site, { recursive: true });
  const host = await hosted(site);
  try {
    const lab = new Lab(page);
    await page.goto(host.url);
    await lab.ready();
    await settled(page);
    await lab.pause();
    const fresh = await lab.drag('Cache', 0.5, 0.9);
    await page.locator('.saved[data-state="saved"]').waitFor();
    await host.close();
    expectProblems(/ERR_CONNECTION_REFUSED|ERR_FAILED/);
    await page.reload();
    await lab.ready();
    assert.ok((await lab.names()).includes(fresh));
    await lab.pass(2);
    // Not only what was open: starters, share links and the rest need nothing either.
    await lab.openStarter('Cache-aside');
    await lab.pass(2);
    const { link } = await lab.share();
    await page.locator('[data-action=language]').first().click();
    await page.locator('html[lang=es]').waitFor();
    await page.locator('[data-action=language]').first().click();
    await page.locator('html[lang=en]').waitFor();
    await page.goto('about:blank');
    await page.goto(link);
    await lab.ready();
    await page.goto(`${host.url}index.html?from=somewhere`);
    await lab.ready();
  } finally {
    await host.close().catch(() => {});
    rmSync(site, { recursive: true });
  }
});

journey('a newer version waits until it is asked, then takes over, and the old files go', online, async ({ page }) => {
  const site = folder();
  cpSync(dist, site, { recursive: true });
  const host = await hosted(site);
  const mark = () => page.evaluate(() => document.querySelector('meta[name="mark"]')?.content ?? '');
  try {
    const lab = new Lab(page);
    await page.goto(host.url);
    await lab.ready();
    await settled(page);
    await lab.pause();
    const [old] = await caches(page);
    renew(site, 'second');
    // The page looks for a newer version when one comes back to it.
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await lab.message(/newer version of Faultline is ready/).waitFor();
    assert.equal(await mark(), '', 'nothing was changed under the reader');
    const fresh = await lab.drag('Cache', 0.5, 0.9);
    await lab.button('Reload').click();
    await expectSoon(async () => (await mark().catch(() => '')) === 'second', 'the newer page');
    await lab.ready();
    assert.ok((await lab.names()).includes(fresh), 'what was changed a moment before is kept');
    await expectSoon(async () => !(await caches(page)).includes(old), 'the old files to go');
    assert.equal((await caches(page)).length, 1);
    assert.equal(await lab.message(/newer version/).count(), 0);

    // A page that was loaded anew is as new as the worker that follows it: nothing to ask.
    renew(site, 'third');
    await page.reload();
    await lab.ready();
    assert.equal(await mark(), 'third', 'the network comes first for the page');
    await expectSoon(async () => (await caches(page)).length === 1 && (await page.evaluate(async () => !(await navigator.serviceWorker.getRegistration()).waiting)), 'the third version to take over by itself');
    assert.equal(await lab.message(/newer version/).count(), 0);
  } finally {
    await host.close();
    rmSync(site, { recursive: true });
  }
});

journey('`trunk serve` gets no service worker', online, async ({ page }) => {
  const site = folder();
  cpSync(dist, site, { recursive: true });
  const start = join(site, 'index.html');
  // As Trunk's own server adds its script; here it has nobody to talk to.
  writeFileSync(start, readFileSync(start, 'utf8').replace('</body>', "<script>const there = '.well-known/trunk/ws';</script></body>"));
  const host = await hosted(site);
  try {
    const lab = new Lab(page);
    await page.goto(host.url);
    await lab.ready();
    await page.waitForTimeout(1_000);
    assert.equal(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length), 0);
  } finally {
    await host.close();
    rmSync(site, { recursive: true });
  }
});

journey('the manifest makes it installable', async ({ page, visit }) => {
  await visit();
  const manifest = await page.evaluate(async () => {
    const address = document.querySelector('link[rel="manifest"]').href;
    const manifest = await (await fetch(address)).json();
    for (const icon of manifest.icons) icon.ok = (await fetch(new URL(icon.src, address))).ok;
    return manifest;
  });
  assert.equal(manifest.display, 'standalone');
  assert.ok(manifest.icons.every((icon) => icon.ok) && manifest.icons.some((icon) => icon.sizes === '512x512'));
});

journey('the whole of it in one file opens without a server, and keeps the work', { timeout: 180_000 }, async ({ page, tab }) => {
  const site = folder();
  try {
    const file = join(site, 'faultline on a stick.html');
    execFileSync(join(scripts, 'single-file.sh'), ['-o', file, dist], { stdio: ['ignore', 'ignore', 'pipe'] });
    // Nothing else lies beside it.
    const requests = [];
    page.on('request', (request) => requests.push(request.url()));
    const lab = new Lab(page);
    await page.goto(pathToFileURL(file).href);
    await lab.ready();
    await lab.pass(2);
    await lab.pause();
    const fresh = await lab.drag('Cache', 0.5, 0.9);
    await page.locator('.saved[data-state="saved"]').waitFor();
    await page.locator('.explanation summary').click();
    await page.locator('.explanation').getByText('A cache answers reads of keys it holds').waitFor();
    const { hash, command } = await lab.share();
    assert.equal(follow(command, await lab.saveFile()).trace_hash, hash, 'the same run as everywhere');
    await page.reload();
    await lab.ready();
    assert.ok((await lab.names()).includes(fresh), 'the work is found again');
    await page.locator('[data-action=language]').first().click();
    await page.locator('html[lang=es]').waitFor();
    await page.reload();
    await page.locator('html[lang=es] .card').first().waitFor();
    await page.locator('[data-action=language]').first().click();
    await page.locator('html[lang=en]').waitFor();
    assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('.card')).position), 'absolute', 'styles are inside');
    const strangers = requests.filter((url) => !url.startsWith('file:') && !url.startsWith('data:') && !url.startsWith('blob:'));
    assert.deepEqual(strangers, []);
    assert.equal(new Set(requests.filter((url) => url.startsWith('file:')).map((url) => url.split('#')[0])).size, 1, 'one file and no other');

    // Two windows of the same file keep apart too.
    const other = await tab();
    await other.goto(pathToFileURL(file).href);
    const theirs = new Lab(other);
    await theirs.ready();
    await theirs.message(/open in another tab too|Another tab keeps the same diagram/).waitFor();
  } finally {
    rmSync(site, { recursive: true });
  }
});
