// Waiting for what comes: polls a question until it is true.
import assert from 'node:assert/strict';

/** Waits until `question` answers true. */
export async function expectSoon(question, what, milliseconds = 10_000) {
  const until = Date.now() + milliseconds;
  for (;;) {
    if (await question()) return;
    if (Date.now() > until) assert.fail(`waited ${milliseconds} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
