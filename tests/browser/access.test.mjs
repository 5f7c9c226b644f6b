// For everybody: keyboard alone, both themes, a small window. What a screen reader meets is in screens.test.mjs.
import assert from 'node:assert/strict';
import { journey } from './browser.mjs';
import { Lab } from './lab.mjs';
import { expectSoon } from './soon.mjs';

journey('the theme follows the system, can be switched, and is remembered', { colorScheme: 'light' }, async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  const light = async () => page.evaluate(() => {
    const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g).map(Number);
    return r + g + b > 382;
  });
  assert.ok(await light(), 'light as the system');
  await page.keyboard.press('t');
  await expectSoon(async () => !(await light()), 'the dark theme');
  await page.reload();
  await lab.ready();
  assert.ok(!(await light()), 'still dark after a reload');
});

journey('the keyboard alone adds, connects, breaks and mends', { timeout: 90_000 }, async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  const tabTo = async (wanted, limit = 120) => {
    for (let i = 0; i < limit; i++) {
      if (await page.evaluate(wanted)) return;
      await page.keyboard.press('Tab');
    }
    assert.fail(`Tab never reached ${wanted}`);
  };
  const before = await lab.names();
  await tabTo(() => document.activeElement?.closest('nav') !== null && /^Service/.test(document.activeElement?.textContent.trim() ?? ''));
  await page.keyboard.press('Enter');
  const fresh = await lab.added(before);
  // One tab stop for the diagram: the card just added, which is selected.
  await tabTo(() => document.activeElement?.hasAttribute('data-node'));
  await page.keyboard.press('ArrowLeft');
  const name = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
  assert.ok(name && !name.startsWith(`${fresh},`), 'arrows go from card to card');
  // Connect: from the balancer, by the arrows, to whatever they reach; Enter makes the link, and it can be undone.
  const [balancer] = await lab.namesOf('Load balancer');
  await lab.card(balancer).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('c');
  await page.keyboard.press('ArrowRight');
  await page.getByText(/^To .*: press Enter to connect$/).waitFor({ state: 'attached' });
  await page.keyboard.press('Escape');
  await lab.card(balancer).focus();
  await page.keyboard.press('c');
  for (const _ of [1, 2, 3, 4, 5, 6]) {
    if (await page.getByText(`To ${fresh}: press Enter to connect`).count()) break;
    await page.keyboard.press('ArrowDown');
    await page.waitForTimeout(50);
  }
  await page.keyboard.press('Enter');
  await page.getByText('Connected', { exact: true }).waitFor({ state: 'attached' });

  const [service] = await lab.namesOf('Service');
  await lab.card(service).focus();
  await page.keyboard.press('Enter');
  await expectSoon(async () => (await lab.card(service).getAttribute('aria-pressed')) === 'true', 'the card to be selected');
  await lab.card(service).focus();
  await page.keyboard.press('k');
  await expectSoon(async () => /crashed/.test(await lab.state(service)), 'the crash');
  await page.keyboard.press('k');
  await expectSoon(async () => !/crashed/.test(await lab.state(service)), 'the restart');
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.keyboard.press('Space');
  await lab.button('Play').waitFor();
});

journey('Tab reaches every control and never gets caught', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pause();
  const reachable = await page.evaluate(() => {
    const all = [...document.querySelectorAll('button, input, select, textarea, a[href], [tabindex="0"]')];
    const seen = all.filter((e) => e.checkVisibility() && e.tabIndex >= 0 && !e.disabled && !e.closest('[inert]'));
    seen.forEach((e, i) => (e.dataset.stop = i));
    seen[0].focus();
    return seen.length;
  });
  const reached = new Set(['0']);
  for (let i = 0; i < reachable + 20; i++) {
    await page.keyboard.press('Tab');
    reached.add(await page.evaluate(() => document.activeElement?.dataset.stop ?? ''));
  }
  const missed = await page.evaluate((stops) => [...document.querySelectorAll('[data-stop]')]
    .filter((e) => e.checkVisibility() && !stops.includes(e.dataset.stop))
    .map((e) => e.getAttribute('aria-label') ?? e.textContent), [...reached]);
  assert.deepEqual(missed, [], 'every control was reached');
});

for (const size of [{ width: 1024, height: 700 }, { width: 1280, height: 720 }, { width: 1920, height: 1080 }]) {
  journey(`nothing spills at ${size.width} px`, { viewport: size }, async ({ page, visit }) => {
    const lab = new Lab(page);
    await visit();
    await lab.ready();
    const [service] = await lab.namesOf('Service');
    await lab.select(service);
    const spill = await page.evaluate(() => {
      const root = document.documentElement;
      const out = [];
      if (root.scrollWidth > root.clientWidth) out.push(`page is ${root.scrollWidth} px wide`);
      if (root.scrollHeight > root.clientHeight) out.push(`page is ${root.scrollHeight} px high`);
      const bar = [...document.querySelectorAll('header button, header input, header [role=timer]')].filter((e) => e.checkVisibility() && e.offsetWidth > 2);
      for (const [i, a] of bar.entries()) {
        for (const b of bar.slice(i + 1)) {
          const [p, q] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
          if (p.left < q.right - 1 && q.left < p.right - 1 && p.top < q.bottom - 1 && q.top < p.bottom - 1) {
            out.push(`${a.ariaLabel ?? a.textContent} lies on ${b.ariaLabel ?? b.textContent}`);
          }
        }
        if (a.scrollWidth > a.clientWidth + 1 && a.tagName === 'BUTTON') out.push(`${a.textContent} is cut off`);
      }
      for (const button of document.querySelectorAll('button, input, select')) {
        if (!button.checkVisibility()) continue;
        const r = button.getBoundingClientRect();
        if (r.width && (r.right > innerWidth + 1 || r.left < -1)) out.push(`${button.ariaLabel ?? button.textContent} at ${r.left}..${r.right}`);
      }
      return out;
    });
    assert.deepEqual(spill, []);
    const box = await lab.canvas.boundingBox();
    assert.ok(box.width >= 400 && box.height >= 300, `the canvas has room: ${box.width} × ${box.height}`);
  });
}
