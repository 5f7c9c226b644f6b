// Menus, search, selecting, the clipboard, the minimap, the outline, the narration: the one registry by all its doors.
import assert from 'node:assert/strict';
import { audit } from './audit.mjs';
import { journey } from './browser.mjs';
import { Finger, middle } from './hands.mjs';
import { Lab } from './lab.mjs';
import { expectSoon } from './soon.mjs';

journey('the menu of a card crashes it, says why something cannot be done, and gives the focus back', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pause();
  const [service] = await lab.namesOf('Service');
  await lab.card(service).locator('.card-name').click({ button: 'right' });
  const menu = page.getByRole('menu');
  await menu.getByRole('menuitem', { name: /^Crash/ }).click();
  await expectSoon(async () => /crashed/.test(await lab.state(service)), 'the crash');
  // By key: on the card that has the focus; the arrows go round, Escape leads back.
  await lab.card(service).focus();
  for (const key of ['Shift+F10', 'ContextMenu']) {
    await page.keyboard.press(key);
    await menu.waitFor();
    await menu.getByRole('menuitem', { name: /^Restart/ }).waitFor();
    const first = await page.evaluate(() => document.activeElement?.textContent);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowDown');
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), first);
    await page.keyboard.press('Escape');
    await menu.waitFor({ state: 'hidden' });
    assert.ok(await lab.card(service).evaluate((card) => card === document.activeElement), 'the focus is back on the card');
  }
  // On the empty canvas: undo names its step; redo says that there is nothing.
  const box = await lab.canvas.boundingBox();
  await page.mouse.click(box.x + 14, box.y + box.height * 0.7, { button: 'right' });
  await menu.getByRole('menuitem', { name: `Undo: Crash ${service}` }).waitFor();
  const redo = menu.getByRole('menuitem', { name: /^Redo/ });
  assert.equal(await redo.getAttribute('aria-disabled'), 'true');
  assert.match(await redo.innerText(), /There is nothing to do again/);
  // Adding from it goes to where it was opened.
  await menu.getByRole('menuitem', { name: /^Add a component…/ }).click();
  const before = await lab.names();
  await page.getByRole('combobox', { name: 'Add a component' }).fill('cache');
  await page.keyboard.press('Enter');
  const fresh = await lab.added(before);
  const card = await lab.card(fresh).boundingBox();
  assert.ok(card.x < box.x + 120 && card.y > box.y + box.height / 2, `where the menu was: ${card.x}, ${card.y}`);
});

journey('the command palette finds commands, kinds, components and starters', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await page.keyboard.press('/');
  const field = page.getByRole('combobox', { name: /^Search commands/ });
  await field.fill('kill');
  await page.getByRole('option', { name: /^Crash.*Select a component first/ }).waitFor();
  await field.fill('theme');
  await page.getByRole('option', { name: /^Light or dark/ }).waitFor();
  await field.fill('no such thing');
  await page.getByText('Nothing is called no such thing').waitFor();
  await field.fill('retry storm');
  await page.keyboard.press('Enter');
  await lab.message('Opened Retry storm').waitFor();
  const [service] = await lab.namesOf('Service');
  await page.keyboard.press('Control+f');
  await page.getByRole('combobox', { name: 'Go to a component' }).fill(service);
  await page.keyboard.press('Enter');
  await expectSoon(async () => (await lab.card(service).getAttribute('aria-pressed')) === 'true', 'it to be found');
  // On a layout that writes Cyrillic the keys are where they are.
  await page.evaluate(() => document.activeElement.dispatchEvent(
    new KeyboardEvent('keydown', { key: 'л', code: 'KeyK', ctrlKey: true, bubbles: true, cancelable: true })));
  await field.waitFor();
  await page.keyboard.press('Escape');
});

journey('an area is selected with shift or with the tool, and all of it aligned, moved and undone', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pause();
  const services = await lab.namesOf('Service');
  const boxes = await Promise.all(services.map((name) => lab.card(name).boundingBox()));
  const left = Math.min(...boxes.map((b) => b.x)) - 16;
  const right = Math.max(...boxes.map((b) => b.x + b.width)) + 10;
  const top = Math.min(...boxes.map((b) => b.y)) - 16;
  const bottom = Math.max(...boxes.map((b) => b.y + b.height)) + 16;
  const band = async () => {
    await page.mouse.move(left, top);
    await page.mouse.down();
    await page.mouse.move(right, bottom, { steps: 6 });
    await page.mouse.up();
  };
  const chosen = async () => {
    const pressed = await lab.cards().evaluateAll((cards) => cards.filter((c) => c.ariaPressed === 'true').map((c) => c.ariaLabel.split(', ')[0]));
    return pressed.sort();
  };
  await page.keyboard.down('Shift');
  await band();
  await page.keyboard.up('Shift');
  assert.deepEqual(await chosen(), services.toSorted());
  await page.keyboard.press('Escape');
  await lab.button('Dragging selects an area').click();
  await band();
  assert.deepEqual(await chosen(), services.toSorted());
  await page.keyboard.press('v');
  // Moved by key twice: one step. Aligned at the top: all at one height, undone at once.
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Control+Shift+ArrowUp');
  await expectSoon(async () => {
    const tops = await Promise.all(services.map(async (name) => Math.round((await lab.card(name).boundingBox()).y)));
    return new Set(tops).size === 1;
  }, 'the cards at one height');
  const undo = lab.button('Undo');
  assert.match(await undo.getAttribute('title'), /Align top/);
  await undo.click();
  await undo.click();
  const again = await Promise.all(services.map((name) => lab.card(name).boundingBox()));
  assert.deepEqual(again.map((b) => Math.round(b.y)), boxes.map((b) => Math.round(b.y)));
  await page.keyboard.press('Control+a');
  assert.equal((await chosen()).length, await lab.cards().count());
});

journey('a copy is dragged off with alt', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pause();
  const [service] = await lab.namesOf('Service');
  const before = await lab.names();
  const from = await lab.card(service).boundingBox();
  await page.keyboard.down('Alt');
  await page.mouse.move(from.x + 40, from.y + 14);
  await page.mouse.down();
  await page.mouse.move(from.x + 40, from.y - 90, { steps: 6 });
  await page.mouse.up();
  await page.keyboard.up('Alt');
  const copy = await lab.added(before);
  const [there, still] = [await lab.card(copy).boundingBox(), await lab.card(service).boundingBox()];
  assert.ok(Math.abs(still.y - from.y) < 1, 'the original stays');
  assert.ok(there.y < from.y - 50, 'the copy is where it was let go');
  assert.equal(await lab.undoAll(), 1, 'one step');
});

journey('a part of one diagram is copied to another tab, and cut and pasted back', { permissions: ['clipboard-read', 'clipboard-write'] }, async ({ page, context, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pause();
  const services = await lab.namesOf('Service');
  await lab.select(services[0]);
  await lab.card(services[1]).locator('.card-name').click({ modifiers: ['Shift'] });
  await page.keyboard.press('Control+c');
  await page.getByText('Copied', { exact: true }).waitFor({ state: 'attached' });
  const other = await context.newPage();
  await other.goto(page.url().split('#')[0]);
  const second = new Lab(other);
  await second.ready();
  await second.pause();
  const before = await second.names();
  await other.keyboard.press('Control+v');
  await expectSoon(async () => (await second.names()).length === before.length + 2, 'two more cards in the other tab');
  await other.keyboard.press('Control+x');
  await expectSoon(async () => (await second.names()).length === before.length, 'the cut');
  await other.keyboard.press('Control+v');
  await expectSoon(async () => (await second.names()).length === before.length + 2, 'them back');
  // From the menu, where it was opened.
  const box = await second.canvas.boundingBox();
  await other.mouse.click(box.x + 20, box.y + 80, { button: 'right' });
  await other.getByRole('menuitem', { name: /^Paste/ }).click();
  await expectSoon(async () => (await second.names()).length === before.length + 4, 'the paste from the menu');
  // What is no diagram is refused with the reason.
  await other.evaluate(() => navigator.clipboard.writeText('just words'));
  await other.keyboard.press('Control+v');
  await second.message(/no part of a diagram/).waitFor();
  await other.close();
});

journey('the minimap shows where one is and leads elsewhere', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await page.keyboard.press('m');
  const map = page.getByRole('img', { name: /^Minimap/ });
  await map.waitFor();
  const [name] = await lab.names();
  const before = await lab.card(name).boundingBox();
  const box = await map.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.2, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  await expectSoon(async () => (await lab.card(name).boundingBox()).x > before.x + 50, 'the view to move to the left');
  await page.reload();
  await lab.ready();
  await map.waitFor();
});

journey('the outline edits the same diagram: adds, connects, renames, crashes, deletes', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pause();
  await lab.button('Outline').click();
  const outline = page.getByRole('region', { name: 'Outline' });
  const before = await lab.names();
  await lab.button(/^Add a component/, outline).click();
  await page.getByRole('combobox', { name: 'Add a component' }).fill('service');
  await page.keyboard.press('Enter');
  const fresh = await lab.added(before);
  await outline.getByRole('textbox', { name: 'Name' }).fill('Billing');
  await page.keyboard.press('Enter');
  await lab.card('Billing').waitFor();
  assert.ok(!(await lab.names()).includes(fresh));
  const [balancer] = await lab.namesOf('Load balancer');
  await outline.getByRole('button', { name: new RegExp(`^${balancer}, `) }).click();
  await lab.button(/^Connect by name/, outline).click();
  await page.getByRole('combobox', { name: 'Connect to' }).fill('Billing');
  await page.keyboard.press('Enter');
  const link = outline.getByRole('button', { name: 'Link to Billing' });
  await link.waitFor();
  await outline.getByRole('button', { name: /^Billing, / }).click();
  await lab.button('Crash', outline).click();
  await expectSoon(async () => /crashed/.test(await lab.state('Billing')), 'the crash');
  await lab.button('Menu of Billing', outline).click();
  await page.getByRole('menuitem', { name: /^Delete/ }).click();
  await expectSoon(async () => !(await lab.names()).includes('Billing'), 'it to go');
  await link.waitFor({ state: 'hidden' });
});

journey('what is done and what the run does is told, and can be silenced', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  const run = page.getByRole('log', { name: 'The run' });
  await expectSoon(async () => /p99/.test(await run.textContent()), 'a sentence about the run', 20_000);
  const [service] = await lab.namesOf('Service');
  await lab.select(service);
  await page.keyboard.press('k');
  await page.getByText(`Crash ${service}`, { exact: true }).first().waitFor({ state: 'attached' });
  await expectSoon(async () => (await run.textContent()).includes(`${service} crashed`), 'the crash in the story', 20_000);
  await page.keyboard.press('Control+z');
  await page.getByText(`Undid: Crash ${service}`, { exact: true }).first().waitFor({ state: 'attached' });
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: /^Search commands/ }).fill('narrate');
  await page.keyboard.press('Enter');
  await lab.message('The run is no longer narrated').waitFor();
});

for (const colorScheme of ['light', 'dark']) {
  journey(`no accessibility violation in menus, palette, outline and on a phone, ${colorScheme}`, { colorScheme, timeout: 120_000 }, async ({ page, visit, stranger }) => {
    const lab = new Lab(page);
    await visit();
    await lab.ready();
    await lab.pause();
    await page.keyboard.press('m');
    await lab.button('Outline').click();
    const [service] = await lab.namesOf('Service');
    await lab.select(service);
    const told = await audit(page, 'outline and minimap');
    await lab.card(service).locator('.card-name').click({ button: 'right' });
    await page.getByRole('menu').waitFor();
    told.push(...await audit(page, 'context menu'));
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /^Search commands/ }).fill('cache');
    told.push(...await audit(page, 'command palette'));
    const small = await stranger({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, colorScheme });
    await small.visit();
    const phone = new Lab(small.page);
    await phone.ready();
    await phone.pause();
    for (const panel of ['Add', 'Inspector', 'Charts', 'Outline']) {
      await small.page.getByRole('navigation', { name: 'Panels' }).getByRole('button', { name: panel }).tap();
      told.push(...await audit(small.page, `phone: ${panel}`));
    }
    assert.equal(told.join('\n'), '');
  });
}

for (const width of [360, 390, 768, 1920]) {
  const options = { viewport: { width, height: width < 700 ? 740 : 900 }, hasTouch: width < 800, isMobile: width < 800, timeout: 90_000 };
  journey(`nothing spills and everything can be hit at ${width} px`, options, async ({ page, visit }) => {
    const lab = new Lab(page);
    await visit();
    await lab.ready();
    const look = (where) => page.evaluate(([place, touch]) => {
      const out = [];
      const root = document.documentElement;
      if (root.scrollWidth > innerWidth) out.push(`${place}: the page is ${root.scrollWidth} px wide`);
      if (root.scrollHeight > innerHeight) out.push(`${place}: the page is ${root.scrollHeight} px high`);
      for (const element of document.querySelectorAll('button, input, select')) {
        const r = element.getBoundingClientRect();
        if (!element.checkVisibility() || r.width <= 2) continue;
        const name = element.ariaLabel ?? element.textContent;
        if (r.right > innerWidth + 1 || r.left < -1) out.push(`${place}: ${name} at ${r.left}..${r.right}`);
        const large = element.closest('.bar, .zoom, .palette, .panel-tabs, .outline, .break');
        if (touch && large && (r.height < 43.5 || r.width < 31.5)) out.push(`${place}: ${name} is ${r.width} × ${r.height}`);
      }
      const bar = [...document.querySelectorAll('header :is(button, input, [role=timer])')].filter((e) => e.checkVisibility() && e.offsetWidth > 2);
      for (const [i, a] of bar.entries()) {
        for (const b of bar.slice(i + 1)) {
          const [p, q] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
          if (p.left < q.right - 1 && q.left < p.right - 1 && p.top < q.bottom - 1 && q.top < p.bottom - 1) {
            out.push(`${place}: ${a.ariaLabel ?? a.textContent} lies on ${b.ariaLabel ?? b.textContent}`);
          }
        }
      }
      return out;
    }, [where, width < 800]);
    const told = await look('at first');
    const tabs = page.getByRole('navigation', { name: 'Panels' });
    if (await tabs.isVisible()) {
      for (const panel of ['Add', 'Inspector', 'Charts', 'Outline']) {
        await tabs.getByRole('button', { name: panel }).tap();
        told.push(...await look(panel));
        const box = await lab.canvas.boundingBox();
        assert.ok(box.height >= 180, `${panel} leaves a canvas of ${box.height} px`);
      }
    }
    assert.deepEqual(told, []);
  });
}

journey('a resting finger selects and opens the menu, and the canvas behind it closes it', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }, async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  const finger = new Finger(page);
  const [service] = await lab.namesOf('Service');
  await finger.rest(await middle(lab.card(service)));
  await page.getByRole('menu').waitFor();
  assert.equal(await lab.card(service).getAttribute('aria-pressed'), 'true');
  await finger.tap([12, 400]);
  await page.getByRole('menu').waitFor({ state: 'hidden' });
});

journey('Escape lets go of a rubber band, of the view and of what comes from the palette; nothing has changed', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pause();
  const [service] = await lab.namesOf('Service');
  await lab.select(service);
  const box = await lab.canvas.boundingBox();
  const place = async () => Math.round((await lab.card(service).boundingBox()).x);
  const [before, names] = [await place(), (await lab.names()).length];
  // A pan.
  await page.mouse.move(box.x + 30, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + 130, box.y + 90, { steps: 4 });
  assert.notEqual(await place(), before);
  await page.keyboard.press('Escape');
  await page.mouse.move(box.x + 160, box.y + 90);
  await page.mouse.up();
  assert.equal(await place(), before);
  assert.equal(await lab.card(service).getAttribute('aria-pressed'), 'true', 'the selection stays');
  // A rubber band.
  await page.keyboard.down('Shift');
  await page.mouse.move(box.x + 20, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 20, box.y + box.height - 80, { steps: 4 });
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await page.keyboard.up('Shift');
  const pressed = await lab.cards().evaluateAll((cards) => cards.filter((c) => c.ariaPressed === 'true').length);
  assert.equal(pressed, 1, 'what was selected before');
  // From the palette.
  const item = await lab.button('Queue', lab.palette).boundingBox();
  await page.mouse.move(item.x + 20, item.y + 10);
  await page.mouse.down();
  await page.mouse.move(box.x + 200, box.y + 200, { steps: 4 });
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await page.waitForTimeout(200);
  assert.equal((await lab.names()).length, names, 'nothing was added');
  assert.equal(await lab.card(service).getAttribute('aria-pressed'), 'true');
});

journey('a click on one of several selects it alone, and its menu stands for all', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pause();
  const services = await lab.namesOf('Service');
  await lab.select(services[0]);
  for (const name of services.slice(1)) await lab.card(name).locator('.card-name').click({ modifiers: ['Shift'] });
  const chosen = () => lab.cards().evaluateAll((cards) => cards.filter((c) => c.ariaPressed === 'true').map((c) => c.ariaLabel.split(', ')[0]));
  assert.equal((await chosen()).length, services.length);
  await lab.card(services[1]).locator('.card-name').click({ button: 'right' });
  assert.equal((await chosen()).length, services.length);
  await page.keyboard.press('Escape');
  await lab.card(services[1]).locator('.card-name').click();
  assert.deepEqual(await chosen(), [services[1]]);
});

journey('a cut from the menu takes what it was asked for, or nothing where the clipboard refuses', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pause();
  const names = await lab.names();
  const services = await lab.namesOf('Service');
  const cut = async (name) => {
    await lab.card(name).locator('.card-name').click({ button: 'right' });
    await page.getByRole('menuitem', { name: /^Cut to the clipboard/ }).click();
  };
  await page.evaluate(() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); });
  await cut(services[0]);
  await lab.message(/keeps its clipboard/).waitFor();
  assert.equal((await lab.names()).length, names.length);
  // It answers late: by then something else is selected.
  await page.evaluate(() => { navigator.clipboard.writeText = () => new Promise((done) => { window.letGo = done; }); });
  await cut(services[0]);
  await lab.select(services[1]);
  await page.evaluate(() => window.letGo());
  await expectSoon(async () => (await lab.names()).length === names.length - 1, 'the cut');
  assert.ok(!(await lab.names()).includes(services[0]) && (await lab.names()).includes(services[1]));
});

journey('on a phone the end of a link is led elsewhere from its menu', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }, async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pause();
  const [service] = await lab.namesOf('Service');
  await lab.card(service).tap();
  await page.keyboard.press('l');
  await page.keyboard.press('e');
  const from = page.getByRole('combobox', { name: 'From' });
  await from.waitFor();
  await expectSoon(() => from.evaluate((field) => field === document.activeElement), 'the field to have the focus');
});
