// A monkey at the keyboard and the pointer: thousands of actions without sense, the same for the same seed. Nothing may
// panic, nothing may be reported on the console, and the books must balance, here and in the command-line tool.
// MONKEY_SEEDS=7,8 MONKEY_ACTIONS=5000 tries others, or longer.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { journey } from './browser.mjs';
import { check, follow } from './cli.mjs';
import { Finger } from './hands.mjs';
import { Lab } from './lab.mjs';
import { expectSoon } from './soon.mjs';

const seeds = (process.env.MONKEY_SEEDS ?? '1,2,3').split(',').map(Number);
const most = Number(process.env.MONKEY_ACTIONS ?? 700);
/** Actions between two looks at the books. */
const between = 250;

function dice(seed) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n) => Math.floor(next() * n);
  return { next, below, pick: (list) => list[below(list.length)] };
}

const keys = [
  'k', 'k', 's', 'x', 'f', '.', ',', '[', ']', 'a', 'Shift+R', 'Control+z', 'Control+z', 'Control+Shift+z', 'Control+y', 'c', 'Shift+C', 'l', 'd', 'Delete', 'Backspace',
  'Control+a', 'Control+c', 'Control+x', 'Control+v', 'Control+d', '+', '-', '=', '0', '1', '2', 't', '?', 'Escape', 'Escape', 'Enter', 'Control+Enter', 'Tab', 'Shift+Tab', 'ArrowLeft', 'ArrowRight',
  'ArrowUp', 'ArrowDown', 'Shift+ArrowLeft', 'Shift+ArrowDown', 'Control+Shift+ArrowLeft', 'Control+Shift+ArrowRight', 'Control+Shift+ArrowUp', 'Control+Shift+ArrowDown', 'Alt+ArrowUp',
  'Space', 'Space', 'F2', 'Control+k', 'Control+f', 'Control+g', 'Control+Shift+g', 'Shift+E', 'Shift+T', 'Shift+L', 'Home', 'End', 'PageUp', 'PageDown', 'g', 'n', 'Shift+N', 'm', 'o', 'v', 'i', 'e', 'r', 'w', 'h', '/',
  'ContextMenu', 'Shift+F10',
];
/** Keys of the page that a monkey must not have: they ask the system for a file. */
const forbidden = ['Control+s', 'Control+o'];
const texts = ['', '0', '1', '-1', '1e9', '1e400', 'many', '0,5', '3.5', '100 %', '12ms', 'NaN', '  7 ', '٣', '<b>x</b>', 'a'.repeat(300), '{"law":"exponential"}', '\u202e', '🦀'];
// What leaves the page or asks the system for something.
const spared = /^(Open$|Open a file|Open \(|Reload|Load again|Save|Copy|Copied)/;

/** The middles of what can be acted on, in the order of the page. */
const places = (page, selector) => page.evaluate((selector) => [...document.querySelectorAll(selector)]
  .filter((e) => e.checkVisibility() && !e.closest('[inert]'))
  .map((e) => {
    const r = e.getBoundingClientRect();
    return { x: r.x + r.width / 2, y: r.y + r.height / 2, words: (e.ariaLabel ?? e.textContent ?? '').trim().slice(0, 40) };
  })
  .filter((p) => p.x > 0 && p.y > 0 && p.x < innerWidth && p.y < innerHeight), selector);

/** What it does, each as often as its weight says; some need a finger. */
const moves = [
  [14, async ({ page, die }) => {
    const key = die.pick(keys);
    await page.keyboard.press(key);
    return `key ${key}`;
  }],
  [5, async ({ page, die, some }) => {
    const card = await some('[data-node], .subsystem');
    await page.mouse.click(card.x, card.y, { clickCount: die.below(5) === 0 ? 2 : 1, button: die.below(8) === 0 ? 'right' : 'left' });
    return `click card ${card.words}`;
  }],
  [2, async ({ die, some, anywhere, drag }) => drag(await some('[data-node]'), die.below(2) ? anywhere() : await some('[data-node]'))],
  [1, async ({ page, die, some, anywhere, drag }) => {
    // A copy, an area, or the hand's way to move the view.
    const held = die.pick(['Alt', 'Shift', 'Control', 'Space']);
    await page.keyboard.down(held);
    try {
      return `${held} and ${await drag(held === 'Alt' ? await some('[data-node]') : anywhere(), anywhere())}`;
    } finally {
      await page.keyboard.up(held);
    }
  }],
  [3, async ({ page, die, some, anywhere, drag }) => {
    const card = await some('[data-node]');
    await page.mouse.move(card.x, card.y);
    return drag(await some('[data-handle]'), die.below(4) ? await some('[data-node]') : anywhere());
  }],
  [2, async ({ some, anywhere, drag }) => drag(await some('nav button'), anywhere())],
  [1, async ({ anywhere, drag }) => drag(anywhere(), anywhere())],
  [3, async ({ page, die, some, anywhere, drag }) => {
    // Frames, their corners, notes, ends of links: what there is of them.
    const thing = await some(die.pick(['.frame-title', '[data-note]', '[data-grip]', '[data-end]', '.subsystem', '[role=separator]']));
    if (die.below(3)) return drag(thing, die.below(2) ? anywhere() : await some('[data-node], .frame-title'));
    await page.mouse.click(thing.x, thing.y, { clickCount: die.below(3) === 0 ? 2 : 1, button: die.below(6) === 0 ? 'right' : 'left' });
    return `click thing ${thing.words}`;
  }],
  [1, async ({ page, die, anywhere }) => {
    const point = anywhere();
    await page.mouse.move(point.x, point.y);
    await page.mouse.wheel(die.below(400) - 200, die.below(400) - 200);
    return 'wheel';
  }],
  [6, async ({ page, some }) => {
    const button = await some('button, summary, [role=menuitem], [role=option], [role=tab], [role=radio], [role=switch]');
    if (spared.test(button.words)) return `spared ${button.words}`;
    await page.mouse.click(button.x, button.y);
    return `button ${button.words}`;
  }],
  [3, async ({ page, die, some }) => {
    const field = await some('input:not([type=file]):not([type=range]):not([type=checkbox]), textarea');
    await page.mouse.click(field.x, field.y, { clickCount: 3 });
    const text = die.pick(texts);
    await page.keyboard.insertText(text);
    await page.keyboard.press(die.pick(['Enter', 'Tab', 'Escape']));
    return `type ${text.slice(0, 20)} into ${field.words}`;
  }],
  [1, async ({ page, die }) => {
    const [choice, roll] = [die.next(), die.next()];
    return page.evaluate(([choice, roll]) => {
      const lists = [...document.querySelectorAll('select, input[type=range], input[type=checkbox]')].filter((e) => e.checkVisibility() && !e.closest('[inert]'));
      const list = lists[Math.floor(choice * lists.length)];
      if (!list) return 'no list';
      if (list.type === 'checkbox') list.click();
      else if (list.tagName === 'SELECT') list.selectedIndex = Math.floor(roll * list.options.length);
      else list.value = Number(list.min) + roll * (Number(list.max) - Number(list.min));
      for (const event of ['input', 'change']) list.dispatchEvent(new Event(event, { bubbles: true }));
      return `choose ${list.value} in ${list.ariaLabel ?? list.id}`;
    }, [choice, roll]);
  }],
  [1, async ({ page, die }) => {
    const wide = die.pick([[1440, 900], [1024, 700], [390, 844], [844, 390], [1440, 900]]);
    await page.setViewportSize({ width: wide[0], height: wide[1] });
    return `size ${wide}`;
  }],
  [1, async ({ page, die }) => {
    const fragment = die.pick(['#d=', '#d=AAAA', '#', '#d=%E0%A4%A', '#d=q1ZKVLJSMlTSUUpUsjLUUSpOTU0BAA']);
    await page.evaluate((fragment) => (location.hash = fragment), fragment);
    return `fragment ${fragment}`;
  }],
];
const point = ({ x, y }) => [x, y];
const fingerMoves = [
  [6, async ({ die, finger, some, anywhere }) => {
    const thing = await some(die.pick(['[data-node]', '[data-handle]', '.stage button', 'nav button', '[data-note]', '.frame-title']));
    if (spared.test(thing.words)) return `spared ${thing.words}`;
    await finger.tap(point(die.below(5) ? thing : anywhere()));
    return `tap ${thing.words}`;
  }],
  [4, async ({ die, finger, some, anywhere }) => {
    const from = die.below(3) ? await some('[data-node], [data-handle], [data-grip], .frame-title, nav button') : anywhere();
    await finger.move([point(from)], [point(die.below(2) ? anywhere() : await some('[data-node]'))], 3);
    return `finger drags ${from.words}`;
  }],
  [2, async ({ page, die, finger }) => {
    const box = await page.locator('.stage').boundingBox();
    if (!box) return 'no canvas';
    const inside = () => [box.x + box.width * (0.1 + 0.8 * die.next()), box.y + box.height * (0.1 + 0.8 * die.next())];
    await finger.move([inside(), inside()], [inside(), inside()], 3);
    // Where they meet a button, they zoom the browser's own view of the page, and what is asked for next may be out of it.
    await finger.session.send('Emulation.setPageScaleFactor', { pageScaleFactor: 1 });
    return 'two fingers';
  }],
  [1, async ({ finger, some }) => {
    const thing = await some('[data-node], [data-note], .stage');
    await finger.rest(point(thing));
    return `finger rests on ${thing.words}`;
  }],
];

/** One action: all that it needs to choose it, then what it was. */
async function act(page, die, finger) {
  const size = page.viewportSize();
  const anywhere = () => ({ x: die.below(size.width), y: die.below(size.height), words: 'anywhere' });
  const some = async (selector) => {
    const found = await places(page, selector);
    return found.length ? die.pick(found) : anywhere();
  };
  const drag = async (from, to) => {
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2);
    await page.mouse.move(to.x, to.y);
    if (die.below(8) === 0) await page.keyboard.press('Escape');
    await page.mouse.up();
    return `drag ${from.words} to ${to.words}`;
  };
  const can = finger ? [...moves, ...fingerMoves] : moves;
  let roll = die.below(can.reduce((sum, [weight]) => sum + weight, 0));
  const [, move] = can.find(([weight]) => (roll -= weight) < 0);
  return move({ page, die, finger, some, anywhere, drag });
}

for (const seed of seeds) {
  // Every other monkey has fingers too; they are slow.
  const hasTouch = seed % 2 === 0;
  const actions = hasTouch ? Math.round(most * 0.6) : most;
  const options = { timeout: 240_000, hasTouch, permissions: ['clipboard-read', 'clipboard-write'] };
  journey(`${actions} senseless actions${hasTouch ? ', some with a finger' : ''}, seed ${seed}`, options, async ({ page, visit, problems, expectProblems }) => {
    const lab = new Lab(page);
    const die = dice(seed);
    const finger = hasTouch ? new Finger(page) : null;
    const done = [];
    page.on('dialog', (dialog) => dialog.accept());
    await visit();
    await lab.ready();

    /** Puts the page in order: no sheet, a large window, and reads what it says of its books. */
    const look = async () => {
      await page.mouse.up();
      await page.setViewportSize({ width: 1440, height: 900 });
      for (let i = 0; i < 4; i++) await page.keyboard.press('Escape');
      assert.equal(await page.locator('.crash').count(), 0, 'it stopped');
      await page.getByRole('timer').waitFor();
      await page.evaluate(() => document.activeElement?.blur());
      // Whatever language it is in by now.
      await page.locator('[data-action="share"]').first().click();
      await expectSoon(async () => (await page.locator('[data-books]').count()) === 1, 'the share sheet');
      const books = page.locator('[data-books]');
      assert.equal(await books.getAttribute('data-books'), 'balanced', await books.innerText());
      await page.keyboard.press('Escape');
    };

    try {
      for (let i = 1; i <= actions; i++) {
        done.push(await act(page, die, finger));
        assert.deepEqual(problems, [], `after action ${i}`);
        if (i % between === 0) await look();
      }
      await look();
      // What is left of it is a document like any other, whose books balance in the command-line tool too.
      await page.evaluate(() => localStorage.setItem('faultline.language', 'en'));
      await page.reload();
      await lab.clock.waitFor();
      await expectSoon(async () => (await page.locator('.replay').count()) === 0, 'the replay to end', 60_000);
      await lab.pause();
      const { hash, command } = await lab.share();
      const path = await lab.saveFile();
      assert.ok(check(path) < 2, 'it can be read');
      assert.equal(follow(command, path).trace_hash, hash, `browser and command line agree on ${readFileSync(path, 'utf8').length} characters of document`);
    } catch (failure) {
      failure.message += `\n  seed ${seed}, ${done.length} actions; the last: ${done.slice(-30).join('; ')}`;
      throw failure;
    }
  });
}

journey('a monkey has every key of the sheet, but those that ask the system for a file', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.button('Help and keys').first().click();
  const written = await page.getByRole('dialog').locator('.keys:not(.gestures) .key').evaluateAll((all) => all.map((key) => [...key.querySelectorAll('kbd')].map((k) => k.textContent)));
  assert.ok(written.length > 40, `${written.length} keys are read`);
  const names = { Ctrl: 'Control', Menu: 'ContextMenu', '←': 'ArrowLeft', '→': 'ArrowRight', '↑': 'ArrowUp', '↓': 'ArrowDown' };
  const known = new Set([...keys, ...forbidden].map((key) => key.toLowerCase()));
  const missing = written.map((parts) => parts.map((part) => names[part] ?? part).join('+')).filter((key) => !known.has(key.toLowerCase()));
  assert.deepEqual(missing, []);
});
