// Shaping a diagram: frames, subsystems, notes, guides, splicing, ends led elsewhere, names in place, layout, many at once.
import assert from 'node:assert/strict';
import { journey } from './browser.mjs';
import { Lab, escape } from './lab.mjs';
import { expectSoon } from './soon.mjs';

const SMALL = JSON.stringify({
  format: 'faultline', version: 2, title: 'Small', seed: 3,
  nodes: [
    { id: 'users', kind: 'clients', name: 'Users', x: 0, y: 96 },
    { id: 'api', kind: 'service', name: 'API', x: 320, y: 96 },
    { id: 'db', kind: 'database', name: 'Store', x: 640, y: 96 },
    { id: 'spare', kind: 'service', name: 'Spare', x: 320, y: 320 },
  ],
  links: [
    { id: 'users-api', from: 'users', to: 'api' },
    { id: 'api-db', from: 'api', to: 'db' },
  ],
});

/** Opens the small diagram, paused. */
async function small({ page, visit }) {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.openFile(SMALL);
  await lab.card('Spare').waitFor();
  await lab.pause();
  await page.keyboard.press('0');
  return lab;
}

const middle = async (locator) => {
  const box = await locator.boundingBox();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2, width: box.width, height: box.height, left: box.x, top: box.y };
};

/** Drags from a point to another and, unless told not to, lets go. */
async function drag(page, from, to, { release = true } = {}) {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
  await page.mouse.move(to.x, to.y, { steps: 4 });
  if (release) await page.mouse.up();
}

const undoName = (page) => page.locator('[data-action="undo"]').first().getAttribute('title');
const frame = (page, name) => page.locator('.frame', { has: page.getByText(name, { exact: true }) });

journey('cards are grouped in a region that is renamed, placed, and makes links to another region longer', async (hands) => {
  const { page } = hands;
  const lab = await small(hands);
  await lab.select('API');
  await page.locator('[data-palette]').first().waitFor();
  await lab.palette.getByRole('button', { name: 'Put in a region' }).click();
  await frame(page, 'Frankfurt').waitFor();
  await page.keyboard.press('F2');
  const field = page.getByRole('textbox', { name: 'Name', exact: true }).and(page.locator('.in-place'));
  await field.fill('Europe');
  await field.press('Enter');
  await frame(page, 'Europe').waitFor();
  await lab.select('Store');
  await lab.palette.getByRole('button', { name: 'Put in a region' }).click();
  await frame(page, 'Virginia').waitFor();
  const link = await middle(lab.card('Store'));
  const api = await middle(lab.card('API'));
  await page.keyboard.press('Escape');
  await lab.select('API');
  await page.keyboard.press('l');
  await page.keyboard.press('l');
  await lab.inspector.getByText(/Between two regions, 6,5\d\d km apart: 4\d\.\d ms more each way/).waitFor();
  assert.ok(link.x > api.x);
  // Another place, another distance.
  await frame(page, 'Virginia').locator('.frame-title').click();
  await lab.inspector.getByLabel('Place').selectOption('london');
  await lab.select('API');
  await page.keyboard.press('l');
  await page.keyboard.press('l');
  await lab.inspector.getByText(/6\d\d km apart/).waitFor();
});

journey('a card dropped on a frame is in it, and a frame is dragged with what is in it', async (hands) => {
  const { page } = hands;
  const lab = await small(hands);
  await lab.deselect();
  await lab.palette.getByRole('button', { name: 'Zone', exact: true }).click();
  const zone = frame(page, 'Zone');
  await zone.waitFor();
  await page.keyboard.press('Shift+ArrowDown');
  const spare = lab.card('Spare');
  const goal = await middle(zone);
  await drag(page, await middle(spare), { x: goal.x, y: goal.y + 10 }, { release: false });
  await expectSoon(async () => (await zone.getAttribute('data-home')) === 'true', 'the frame to say that it takes the card');
  await page.mouse.up();
  assert.match(await undoName(page), /Move Spare into Zone/);
  const [card, title] = [await middle(spare), await middle(zone.locator('.frame-title'))];
  await drag(page, title, { x: title.x + 60, y: title.y + 40 });
  const moved = await middle(spare);
  assert.ok(moved.x - card.x > 30 && moved.y - card.y > 20, 'the card goes along');
  // Escape in the midst of a drag leaves nothing of it.
  const before = await undoName(page);
  const again = await middle(zone.locator('.frame-title'));
  await drag(page, again, { x: again.x - 120, y: again.y - 60 }, { release: false });
  await page.keyboard.press('Escape');
  await page.mouse.up();
  assert.equal(await undoName(page), before);
  const back = await middle(spare);
  assert.ok(Math.abs(back.x - moved.x) < 2 && Math.abs(back.y - moved.y) < 2);
  // A corner resizes it.
  await zone.locator('.frame-title').click();
  const corner = await middle(zone.locator('[data-grip="se"]'));
  const size = await middle(zone);
  await drag(page, corner, { x: corner.x + 70, y: corner.y + 50 });
  await expectSoon(async () => (await middle(zone)).width > size.width + 40, 'the frame to grow');
});

journey('a subsystem is collapsed to one card that adds up, and traffic goes on through it', async (hands) => {
  const { page } = hands;
  const lab = await small(hands);
  await lab.select('API');
  await lab.card('Store').locator('.card-name').click({ modifiers: ['Shift'] });
  await page.keyboard.press('Control+g');
  await frame(page, 'Subsystem').waitFor();
  await page.keyboard.press('Shift+e');
  const card = lab.canvas.locator('.subsystem');
  await card.waitFor();
  assert.equal(await lab.card('API').count(), 0);
  await lab.pass(2);
  await lab.pause();
  await expectSoon(async () => /[1-9][\d,.]* req\/s/.test(await card.innerText()), 'the card to add up');
  await card.dblclick();
  await lab.card('API').waitFor();
  assert.equal(await card.count(), 0);
});

journey('notes are written in place, coloured, and saved', async (hands) => {
  const { page } = hands;
  const lab = await small(hands);
  await lab.deselect();
  await page.keyboard.press('Shift+t');
  const text = page.getByRole('textbox', { name: 'Text of the note' });
  await text.fill('Fails on\nMondays');
  await text.press('Escape');
  const note = page.locator('[data-note]');
  await expectSoon(async () => (await note.innerText()).includes('Mondays'), 'the note to say it');
  await lab.inspector.getByRole('radio', { name: 'Blue' }).click();
  assert.equal(await note.getAttribute('data-colour'), 'blue');
  await note.dblclick();
  await text.fill('Fails on Fridays');
  await text.press('Control+Enter');
  await expectSoon(async () => (await note.innerText()).includes('Fridays'), 'the note to be rewritten');
  await lab.undoAll();
  assert.equal(await note.count(), 0);
});

journey('a dragged card shows what it aligns with, and goes into a link that it is dropped on', async (hands) => {
  const { page } = hands;
  const lab = await small(hands);
  const spare = lab.card('Spare');
  const [from, api, users] = [await middle(spare), await middle(lab.card('API')), await middle(lab.card('Users'))];
  await drag(page, from, { x: api.x + 3, y: from.y + 40 }, { release: false });
  await expectSoon(async () => (await page.locator('.guide').getAttribute('d')) !== '', 'a guide');
  await page.mouse.move((users.x + api.x) / 2, api.y + 4, { steps: 5 });
  await expectSoon(async () => (await page.locator('.guide-link').getAttribute('d')) !== '', 'the link to be marked');
  await page.mouse.up();
  assert.match(await undoName(page), /Put Spare into Users → API/);
  await lab.button('Undo').first().click();
  const back = await middle(spare);
  assert.ok(Math.abs(back.x - from.x) < 2 && Math.abs(back.y - from.y) < 2, 'one undo takes back the move and the splice');
});

journey('an end of a link is led elsewhere, and refused with the reason where it may not be', async (hands) => {
  const { page } = hands;
  const lab = await small(hands);
  await lab.select('API');
  await page.keyboard.press('l');
  const end = page.locator('[data-end="to"]');
  await end.waitFor();
  await drag(page, await middle(end), await middle(lab.card('Users')), { release: false });
  await page.locator('.refusal').waitFor();
  await page.mouse.up();
  await drag(page, await middle(end), await middle(lab.card('Spare')));
  await expectSoon(async () => /Lead Users → API to Users → Spare/.test(await undoName(page)), 'the link to lead elsewhere');
  // The same without a pointer.
  await page.keyboard.press('e');
  await expectSoon(() => page.evaluate(() => document.activeElement?.id === 'link-from'), 'the ends in the inspector');
  await lab.inspector.getByLabel('To', { exact: true }).focus();
  await lab.inspector.getByLabel('To', { exact: true }).selectOption({ label: 'API' });
  await expectSoon(async () => /Lead Users → Spare to Users → API/.test(await undoName(page)), 'the link to lead back');
});

journey('a link dropped on the empty canvas offers what may be there, by pointer and by key', async (hands) => {
  const { page } = hands;
  const lab = await small(hands);
  const names = await lab.names();
  await lab.card('API').hover();
  const handle = await middle(lab.card('API').locator('[data-handle]'));
  const box = await lab.canvas.boundingBox();
  await drag(page, handle, { x: handle.x + 60, y: box.y + box.height * 0.85 });
  const offer = page.getByRole('menu', { name: 'Add and connect' });
  await offer.waitFor();
  assert.equal(await offer.getByRole('menuitem', { name: 'Clients' }).count(), 0, 'nothing calls clients');
  await offer.getByRole('menuitem', { name: 'Cache', exact: true }).click();
  const added = await lab.added(names);
  assert.match(await undoName(page), new RegExp(`Add ${escape(added)} and connect it`));
  await page.keyboard.press('Shift+n');
  await offer.waitFor();
  await page.keyboard.press('Escape');
  await offer.waitFor({ state: 'hidden' });
  await lab.select('Spare');
  const before = await lab.names();
  await page.keyboard.press('Shift+n');
  await offer.waitFor();
  await page.keyboard.press('Enter');
  await lab.added(before);
});

journey('a double click renames in place, Escape leaves the name', async (hands) => {
  const { page } = hands;
  const lab = await small(hands);
  await lab.card('API').locator('.card-name').dblclick();
  const field = page.locator('.in-place');
  await field.fill('Orders');
  await field.press('Enter');
  await lab.card('Orders').waitFor();
  await page.keyboard.press('F2');
  await field.fill('Nothing');
  await field.press('Escape');
  assert.equal(await lab.card('Nothing').count(), 0);
  await lab.card('Orders').waitFor();
});

journey('the diagram is laid out from left to right, in one step', async (hands) => {
  const { page } = hands;
  const lab = await small(hands);
  await drag(page, await middle(lab.card('Users')), { x: (await middle(lab.card('Store'))).x + 40, y: (await middle(lab.card('Store'))).y + 120 });
  await page.keyboard.press('Escape');
  await page.keyboard.press('Shift+l');
  await expectSoon(async () => (await middle(lab.card('Users'))).x < (await middle(lab.card('API'))).x, 'callers to stand left');
  await expectSoon(async () => (await middle(lab.card('API'))).x < (await middle(lab.card('Store'))).x, 'callers to stand left');
  assert.match(await undoName(page), /Lay out the diagram/);
});

journey('many components are set at once, as one step, and differences are said', async (hands) => {
  const { page } = hands;
  const lab = await small(hands);
  await lab.select('API');
  const workers = lab.inspector.getByRole('textbox', { name: 'Workers' });
  await workers.fill('9');
  await workers.press('Enter');
  await lab.card('Spare').locator('.card-name').click({ modifiers: ['Shift'] });
  const common = lab.inspector.getByRole('region', { name: 'Settings in common' });
  await common.getByText(/Mixed: (9 · \d+|\d+ · 9)/).waitFor();
  const both = common.getByRole('textbox', { name: 'Workers' });
  await both.fill('6');
  await both.press('Enter');
  await expectSoon(async () => (await common.getByText(/Mixed/).count()) === 0, 'both to be the same');
  assert.match(await undoName(page), /workers of 2 components/i);
  await lab.button('Undo').first().click();
  await common.getByText(/Mixed/).first().waitFor();
});

journey('F2 replaces the name, and a click elsewhere takes it and keeps the focus there', async (hands) => {
  const { page } = hands;
  const lab = await small(hands);
  await lab.select('API');
  await page.keyboard.press('F2');
  await page.locator('.in-place').waitFor();
  await page.keyboard.type('Orders');
  await lab.inspector.getByRole('textbox', { name: 'Workers' }).click();
  await lab.card('Orders').waitFor();
  const focused = await page.evaluate(() => document.activeElement.id);
  assert.match(focused, /workers/, 'the field that was clicked has the focus');
});

journey('a card dropped on another moves aside, from the palette too', async (hands) => {
  const { page } = hands;
  const lab = await small(hands);
  const [spare, api] = [await middle(lab.card('Spare')), await middle(lab.card('API'))];
  await drag(page, spare, { x: api.x + 30, y: api.y + 24 });
  const apart = async (a, b) => {
    const [p, q] = [await middle(lab.card(a)), await middle(lab.card(b))];
    return Math.abs(p.x - q.x) >= p.width - 1 || Math.abs(p.y - q.y) >= p.height - 1;
  };
  assert.match(await undoName(page), /Move Spare|Put Spare/);
  assert.ok(await apart('Spare', 'API'), 'side by side');
  await lab.deselect();
  const box = await lab.canvas.boundingBox();
  const there = await middle(lab.card('Store'));
  const added = await lab.drag('Cache', (there.x - box.x) / box.width, (there.y - box.y) / box.height);
  assert.ok(await apart(added, 'Store'), 'the new card beside the old');
});

journey('the inspector puts a component into a group and gives frames and notes their size', async (hands) => {
  const { page } = hands;
  const lab = await small(hands);
  await lab.deselect();
  await lab.palette.getByRole('button', { name: 'Zone', exact: true }).click();
  const zone = frame(page, 'Zone');
  await zone.waitFor();
  const width = lab.inspector.getByRole('textbox', { name: 'Width' });
  const before = await middle(zone);
  await width.fill('480');
  await width.press('Enter');
  await expectSoon(async () => (await middle(zone)).width > before.width * 1.4, 'the frame to be wider');
  await lab.select('Users');
  await lab.inspector.getByLabel('Group', { exact: true }).selectOption({ label: 'Zone' });
  assert.match(await undoName(page), /Put Users into Zone/);
  const [card, around] = [await middle(lab.card('Users')), await middle(zone)];
  assert.ok(card.left >= around.left && card.left + card.width <= around.left + around.width, 'the card stands on the frame');
  await lab.inspector.getByLabel('Group', { exact: true }).selectOption({ label: 'None' });
  assert.match(await undoName(page), /Take Users out of its group/);
});

journey('what is in a collapsed subsystem is found at its card and is no tab stop of its own', async (hands) => {
  const { page } = hands;
  const lab = await small(hands);
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Control+g');
  await page.keyboard.press('Shift+e');
  const closed = page.locator('.subsystem');
  await closed.waitFor();
  await lab.deselect();
  assert.equal(await closed.getAttribute('tabindex'), '0', 'the card of the whole is the tab stop');
  await page.keyboard.press('Control+f');
  await page.keyboard.type('Spare');
  await page.keyboard.press('Enter');
  await expectSoon(async () => (await closed.getAttribute('data-within')) === 'true', 'the card to say that it holds what was found');
  const [bar, card] = [await middle(lab.toolbar), await middle(closed)];
  assert.ok(Math.abs(bar.x - card.x) < 4 && bar.top > card.top, 'the buttons stand beneath the card that is seen');
  await page.keyboard.press('m');
  assert.equal(await page.locator('.minimap .node').count(), 1);
});

journey('the outline has the notes, and arrows lead to frames', async (hands) => {
  const { page } = hands;
  const lab = await small(hands);
  await lab.select('Spare');
  await page.keyboard.press('Control+g');
  await frame(page, 'Subsystem').waitFor();
  await lab.select('Spare');
  await page.keyboard.press('ArrowUp');
  await expectSoon(async () => (await frame(page, 'Subsystem').getAttribute('data-selected')) === 'true', 'the frame to be selected');
  await lab.deselect();
  await page.keyboard.press('Shift+t');
  await page.keyboard.type('Slow on Mondays');
  await page.keyboard.press('Escape');
  await page.keyboard.press('o');
  const line = page.locator('.outline').getByRole('button', { name: /^Slow on Mondays, Note/ });
  await line.click();
  assert.equal(await page.locator('.note-card').getAttribute('data-selected'), 'true');
});
