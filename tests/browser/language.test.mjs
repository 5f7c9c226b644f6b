// Another language: every visible text changes, figures too, the run goes on, and the choice survives a reload.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { audit } from './audit.mjs';
import { journey } from './browser.mjs';
import { Lab } from './lab.mjs';
import { expectSoon } from './soon.mjs';

const words = JSON.parse(readFileSync(fileURLToPath(new URL('../../assets/words/es.json', import.meta.url)), 'utf8'));

/** English texts without arguments whose Spanish differs: none of them may be seen in Spanish. */
const english = new Set(Object.entries(words).filter(([en, es]) => en !== es && !en.includes('%{') && /[a-z]{3}/i.test(en)).map(([en]) => en));
/** What is told of each kind. */
const kinds = fileURLToPath(new URL('../../assets/kinds/', import.meta.url));
const explanations = readdirSync(kinds).filter((name) => name.endsWith('.es.md')).map((name) => readFileSync(kinds + name, 'utf8'));
/** What the document itself says is its author's, in whatever language. */
const spanish = new Set(Object.values(words));

/** All that can be read or is read out: texts, names, tooltips. */
const texts = (page) => page.evaluate(() => {
  const found = new Set();
  const own = (node) => [...node.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE).map((n) => n.textContent.trim()).filter(Boolean);
  for (const element of document.body.querySelectorAll('*')) {
    if (element.closest('script, style, .card-name, kbd')) continue;
    for (const text of own(element)) found.add(text);
    for (const name of ['aria-label', 'title', 'placeholder', 'aria-valuetext']) {
      const value = element.getAttribute(name);
      if (value) found.add(value.trim());
    }
  }
  return [...found];
});

/** Names that the diagram gives. */
const names = async (lab) => new Set(await lab.page.evaluate(() => [...document.querySelectorAll('.card-name, .title, .name')].map((e) => e.value ?? e.textContent)));

async function allSpanish(lab, where) {
  const own = await names(lab);
  const left = (await texts(lab.page)).filter((text) => english.has(text) && !spanish.has(text) && !own.has(text));
  assert.deepEqual(left, [], `${where}: still English`);
}

journey('the first visit follows the browser, in its language and with its figures', { locale: 'es-ES', timeout: 120_000 }, async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await page.getByRole('timer', { name: words['Simulated time'] }).waitFor();
  await page.locator('[data-node]').first().waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'es');
  await expectSoon(async () => /^\d\d:\d\d,\d{3}$/.test((await page.getByRole('timer').textContent()).trim()), 'a clock with a decimal comma');
  await allSpanish(lab, 'the shop');
  // A node, a link, a request, every sheet.
  await page.locator('[data-node]').nth(2).locator('.card-name').click();
  await page.getByText(words.Settings, { exact: true }).first().waitFor();
  await allSpanish(lab, 'a component');
  await page.locator('.explanation summary').click();
  const told = await page.locator('.explanation p').first().textContent();
  assert.ok(explanations.some((text) => text.includes(`\n${told}\n`)), `in Spanish: ${told}`);
  await page.keyboard.press('k');
  await page.waitForTimeout(1_500);
  await allSpanish(lab, 'a crashed component');
  await page.keyboard.press('l');
  await page.getByText(words['Calling policy'], { exact: true }).first().waitFor();
  await allSpanish(lab, 'a link');
  await page.keyboard.press('Escape');
  await page.locator('.requests .row-button').first().click();
  await page.locator('.waterfall').waitFor();
  await allSpanish(lab, 'a request');
  for (const action of ['starters', 'share', 'help']) {
    await page.locator(`.bar [data-action=${action}]`).first().click();
    await page.getByRole('dialog').waitFor();
    await allSpanish(lab, action);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  }
  for (const topic of ['Latency histogram', 'Utilisation', 'Availability and cost']) {
    await page.locator('.topics').getByRole('button', { name: words[topic], exact: true }).click();
    await allSpanish(lab, topic);
  }
  assert.equal((await audit(page, 'in Spanish')).join('\n'), '');
});

journey('the language is switched while the run goes on, and is remembered', { timeout: 90_000 }, async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pass(2);
  const before = await lab.now();
  await page.locator('[data-action=language]').first().focus();
  await page.keyboard.press('Enter');
  await page.getByRole('timer', { name: words['Simulated time'] }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.dataset.action), 'language', 'the focus stays where it was');
  await allSpanish(lab, 'after the switch');
  const seconds = async () => {
    const parts = (await page.getByRole('timer').textContent()).trim().replace(',', '.').split(':').map(Number);
    return parts.reduce((sum, part) => sum * 60 + part, 0);
  };
  await expectSoon(async () => (await seconds()) > before, 'the run to go on');
  await page.reload();
  await page.getByRole('timer', { name: words['Simulated time'] }).waitFor();
  await allSpanish(lab, 'after a reload');
  await page.locator('[data-action=language]').first().click();
  await lab.ready();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
});

journey('words that cannot be fetched are said to be missing, and English stays until they can', { locale: 'es-ES' }, async ({ page, visit, expectProblems }) => {
  expectProblems(/es\.json|ERR_FAILED/);
  await page.route(/es\.json/, (route) => route.abort());
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
  const missing = lab.message(/^The words of Español could not be fetched/);
  await missing.waitFor();
  await page.getByRole('button', { name: /Dismiss/ }).first().click();
  await missing.waitFor({ state: 'hidden' });
  await page.locator('[data-action=language]').first().click();
  await missing.waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
  await page.unroute(/es\.json/);
  await page.locator('[data-action=language]').first().click();
  await page.getByRole('timer', { name: words['Simulated time'] }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'es');
});

journey('English fetches no other words', async ({ page, visit }) => {
  const fetched = [];
  page.on('request', (request) => fetched.push(request.url()));
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  assert.deepEqual(fetched.filter((url) => url.includes('/words/')), []);
});
