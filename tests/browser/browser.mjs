// A browser for each test file and a fresh profile for each test; a test fails on any console error, page error or
// failed request. Knows nothing of what is on the page.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { serve } from './site.mjs';

const out = fileURLToPath(new URL('./out', import.meta.url));

function findBrowser() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) {
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        // Not here.
      }
    }
  }
  throw new Error('no browser: put chromium on PATH or name it in CHROMIUM');
}

const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--force-color-profile=srgb',
  // A page that is not in front must keep its pace.
  '--disable-background-timer-throttling', '--disable-renderer-backgrounding', '--disable-backgrounding-occluded-windows',
];

let browser;
let site;

before(async () => {
  site = await serve();
  browser = await chromium.launch({ executablePath: findBrowser(), args: flags });
});

after(async () => {
  await browser?.close();
  await site?.close();
});

/** Sites that a page may ask beside the one under test. */
export const friends = new Set();

/** The page's address. */
export const address = () => site.url;

/**
 * A test as a person with a browser: `journey('title', { options of the context }, async ({ page, visit, … }) => …)`.
 *
 * It gets `page` (not yet anywhere), `context`, `visit(fragment)` which opens the app, `stranger(options)` for
 * another fresh profile under the same watch, `tab()` for another tab of the same profile, and `problems`, what went
 * wrong so far; `expectProblems(pattern)` lets those that match pass.
 */
export function journey(title, options, body) {
  if (typeof options === 'function') [options, body] = [{}, options];
  const { timeout = 60_000, skip, todo, ...contextOptions } = options;
  test(title, { timeout, skip, todo }, async () => {
    const problems = [];
    const expected = [];
    const contexts = [];
    const profile = async (own = {}) => {
      const context = await browser.newContext({
        viewport: { width: 1440, height: 900 }, colorScheme: 'dark', locale: 'en-GB', acceptDownloads: true, serviceWorkers: 'block', ...contextOptions, ...own,
      });
      contexts.push(context);
      context.setDefaultTimeout(15_000);
      const page = await context.newPage();
      watch(page, problems);
      return {
        context,
        page,
        tab: async () => {
          const another = await context.newPage();
          watch(another, problems);
          return another;
        },
        visit: async (fragment = '') => {
          // A changed fragment alone would not load the page anew.
          if (page.url().startsWith(site.url)) await page.goto('about:blank');
          await page.goto(site.url + fragment);
        },
      };
    };
    try {
      const first = await profile();
      await body({ ...first, stranger: profile, problems, expectProblems: (pattern) => expected.push(pattern) });
      const unexpected = problems.filter((problem) => !expected.some((pattern) => pattern.test(problem)));
      assert.deepEqual(unexpected, [], 'the page reported problems');
    } catch (failure) {
      await picture(contexts, title);
      if (problems.length) failure.message += `\n  the page reported: ${problems.join('\n    ')}`;
      throw failure;
    } finally {
      for (const context of contexts) await context.close();
    }
  });
}

function watch(page, problems) {
  page.on('console', (message) => {
    const where = message.location()?.url ?? '';
    if (message.type() === 'error') problems.push(`console: ${message.text()} ${where}`);
  });
  page.on('pageerror', (error) => problems.push(`page error: ${error.message}`));
  page.on('crash', () => problems.push('the page crashed'));
  page.on('requestfailed', (request) => problems.push(`request failed: ${request.url()} ${request.failure()?.errorText}`));
  page.on('request', (request) => {
    // One static site: nothing may be asked of anybody else.
    if (![site.url, ...friends].some((url) => request.url().startsWith(url)) && /^(https?|wss?):/.test(request.url())) problems.push(`asked a stranger: ${request.url()}`);
  });
}

async function picture(contexts, title) {
  mkdirSync(out, { recursive: true });
  const name = title.replace(/[^a-z0-9]+/gi, '-').slice(0, 80);
  let number = 0;
  for (const context of contexts) {
    for (const page of context.pages()) {
      const path = join(out, `${name}${number++ || ''}.png`);
      await page.screenshot({ path }).then(() => console.error(`  picture: ${path}`), () => {});
    }
  }
}
