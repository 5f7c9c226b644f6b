// Opens large systems, and many requests on their way, to measure with.
import assert from 'node:assert/strict';
import { Lab } from './lab.mjs';
import { expectSoon } from './soon.mjs';
import { pairs } from './systems.mjs';

/** Opens a document's text in a page that is there. */
export async function open(page, text) {
  const lab = new Lab(page);
  await lab.ready();
  await lab.openFile(text);
  await lab.message(/^Opened/).first().waitFor();
  await lab.cards().first().waitFor();
  return lab;
}

/** Opens `nodes` nodes, in pairs, with so many requests under way between them, every one of them drawn and moving slowly. */
export async function crowd(page, visit, requests, { nodes = 200, query = '' } = {}) {
  await visit(`?packets=${requests * 2}${query}`);
  // Turned while little is drawn.
  const dial = new Lab(page);
  await dial.ready();
  await dial.setSpeed(0.02);
  const lab = await open(page, pairs(nodes / 2, requests));
  await expectSoon(async () => (await lab.now()) > 11, 'the run to go on from the moment of the file', 120_000);
  await page.keyboard.press('0');
  assert.ok(await page.locator('.sample').count() === 0, 'every request is drawn');
  await page.waitForTimeout(800);
  return lab;
}
