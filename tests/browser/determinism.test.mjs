// Determinism: a hundred random systems and those with many backends, with faults and edits while they run, give in this browser the trace hash that they gave natively.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { journey } from './browser.mjs';
import { Lab } from './lab.mjs';

const folder = process.env.FAULTLINE_CASES ?? fileURLToPath(new URL('../../target/tmp/cases', import.meta.url));

journey('random systems and those with many backends run the same here and natively', { timeout: 480_000 }, async ({ page, visit }) => {
  assert.ok(existsSync(`${folder}/list.json`), 'cargo test --profile fast --test determinism makes the cases');
  const cases = JSON.parse(readFileSync(`${folder}/list.json`, 'utf8'));
  // A hundred at random, and each way to choose among more than six nodes.
  assert.equal(cases.length, 114);
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pause();
  const differ = [];
  for (const { file, title, hash } of cases) {
    await lab.openFile(readFileSync(`${folder}/${file}`, 'utf8'), file);
    await lab.message(new RegExp(`^Opened ${title}\\b`)).first().waitFor();
    await lab.pause();
    const here = (await lab.share()).hash;
    if (here !== hash) differ.push(`${title}: ${here} here, ${hash} natively`);
  }
  assert.deepEqual(differ, []);
});
