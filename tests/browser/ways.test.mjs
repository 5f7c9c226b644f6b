// Three ways to the same system: by keyboard alone, by finger on a phone, by pointer. Each builds it, wires it and runs it.
import assert from 'node:assert/strict';
import { journey } from './browser.mjs';
import { Finger, middle } from './hands.mjs';
import { Lab } from './lab.mjs';
import { expectSoon } from './soon.mjs';

/** An empty diagram, from the command palette. */
async function empty(lab) {
  const { page } = lab;
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: /^Search commands/ });
  await field.waitFor();
  await field.fill('new, empty');
  await page.getByRole('option', { name: /^New, empty/ }).waitFor();
  await page.keyboard.press('Enter');
  await expectSoon(async () => (await lab.cards().count()) === 0, 'an empty diagram');
}

/** All of it takes requests. */
async function runs(lab) {
  const [balancer] = await lab.namesOf('Load balancer');
  const services = await lab.namesOf('Service');
  assert.equal(services.length, 2);
  for (const name of [balancer, ...services]) {
    await expectSoon(async () => (await lab.rate(name)) > 0, `${name} to take requests`, 30_000);
  }
}

/** Adds a kind by name and gives its card's name; the new card has the focus. */
async function addByName(lab, kind) {
  const before = await lab.names();
  await lab.page.keyboard.press('n');
  await lab.page.getByRole('combobox', { name: 'Add a component' }).waitFor();
  await lab.page.keyboard.type(kind);
  await lab.page.keyboard.press('Enter');
  const fresh = await lab.added(before);
  await expectSoon(
    () => lab.page.evaluate((name) => document.activeElement?.getAttribute('aria-label')?.startsWith(`${name},`), fresh),
    `the focus on ${fresh}`,
  );
  return fresh;
}

/** Connects the focused component to another by its name. */
async function connectByName(lab, to) {
  await lab.page.keyboard.press('Shift+C');
  await lab.page.getByRole('combobox', { name: 'Connect to' }).waitFor();
  await lab.page.keyboard.type(to);
  await lab.page.keyboard.press('Enter');
  await lab.page.getByText('Connected', { exact: true }).waitFor({ state: 'attached' });
}

/** Goes to a component by its name. */
async function goTo(lab, name) {
  await lab.page.keyboard.press('Control+f');
  await lab.page.getByRole('combobox', { name: 'Go to a component' }).waitFor();
  await lab.page.keyboard.type(name);
  await lab.page.keyboard.press('Enter');
  await expectSoon(
    () => lab.page.evaluate((wanted) => document.activeElement?.getAttribute('aria-label')?.startsWith(`${wanted},`), name),
    `the focus on ${name}`,
  );
}

journey('the keyboard alone builds, wires and runs clients, a balancer and two services', { timeout: 120_000 }, async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await empty(lab);
  const clients = await addByName(lab, 'clients');
  const balancer = await addByName(lab, 'lb');
  const first = await addByName(lab, 'service');
  await goTo(lab, balancer);
  await connectByName(lab, first);
  const second = await addByName(lab, 'service');
  await goTo(lab, clients);
  await connectByName(lab, balancer);
  // The other way to connect: by the arrows, to the neighbour.
  await goTo(lab, balancer);
  await page.keyboard.press('c');
  for (let presses = 0; presses < 6 && !(await page.getByText(`To ${second}: press Enter to connect`).count()); presses++) {
    await page.keyboard.press(presses % 2 ? 'ArrowDown' : 'ArrowRight');
    await page.waitForTimeout(900);
  }
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  if (await lab.button('Play').isVisible()) await page.keyboard.press('Space');
  await runs(lab);
  // Move the card, break it, read the sheet of keys, undo all by key.
  await goTo(lab, second);
  const before = await lab.card(second).boundingBox();
  await page.keyboard.down('Shift');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.up('Shift');
  await expectSoon(async () => (await lab.card(second).boundingBox()).y > before.y + 5, 'the card to move');
  await page.keyboard.press('k');
  await expectSoon(async () => /crashed/.test(await lab.state(second)), 'the crash');
  await page.keyboard.press('Control+z');
  await expectSoon(async () => !/crashed/.test(await lab.state(second)), 'the crash undone');
  await page.keyboard.press('Control+z');
  await expectSoon(async () => Math.abs((await lab.card(second).boundingBox()).y - before.y) < 1, 'two presses moved in one step');
});

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, timeout: 120_000 };

journey('a finger builds and runs a system on a phone', phone, async ({ page, visit }) => {
  const lab = new Lab(page);
  const finger = new Finger(page);
  const tabs = page.getByRole('navigation', { name: 'Panels' });
  const tap = async (locator) => finger.tap(await middle(locator));
  await visit();
  await lab.ready();
  await tap(lab.button('More'));
  await tap(page.getByRole('menuitem', { name: /^New, empty/ }));
  await expectSoon(async () => (await lab.cards().count()) === 0, 'an empty diagram');
  // What is said of it covers a part of the small canvas.
  await tap(lab.button('Dismiss').first());
  // Tap a kind, tap a place.
  await tap(tabs.getByRole('button', { name: 'Add' }));
  const stage = await lab.canvas.boundingBox();
  const at = (across, down) => [stage.x + stage.width * across, stage.y + stage.height * down];
  const place = async (kind, across, down) => {
    const before = await lab.names();
    await tap(lab.button(kind, lab.palette));
    await finger.tap(at(across, down));
    return lab.added(before);
  };
  // Room for four cards on a small canvas.
  for (let i = 0; i < 3; i++) await tap(lab.button('Zoom out'));
  const clients = await place('Clients', 0.2, 0.3);
  const balancer = await place('Load balancer', 0.5, 0.3);
  const first = await place('Service', 0.8, 0.18);
  const second = await place('Service', 0.8, 0.45);
  // Tap the handle of a card, tap the other.
  const wire = async (from, to) => {
    await finger.tap(at(0.05, 0.62));
    await tap(lab.card(from).locator('.card-name'));
    await expectSoon(async () => (await lab.card(from).getAttribute('aria-pressed')) === 'true', `${from} to be selected`);
    await tap(lab.card(from).locator('[data-handle]'));
    await page.locator('.stage[data-linking="true"]').waitFor();
    await tap(lab.card(to));
    await page.locator('.stage[data-linking="false"]').waitFor();
  };
  await wire(clients, balancer);
  await wire(balancer, first);
  await wire(balancer, second);
  if (await lab.button('Play').isVisible()) await tap(lab.button('Play'));
  await expectSoon(async () => (await lab.rate(balancer)) > 0, 'requests', 30_000);
  await runs(lab);
  // One finger moves a card, one finger on the empty canvas moves the view, two zoom.
  await finger.tap(at(0.05, 0.62));
  const card = await lab.card(second).boundingBox();
  const [x, y] = await middle(lab.card(second).locator('.card-name'));
  await finger.drag([x, y], [x - 60, y + 50]);
  await expectSoon(async () => (await lab.card(second).boundingBox()).y > card.y + 30, 'the card to follow the finger');
  const before = await lab.card(clients).boundingBox();
  await finger.drag(at(0.1, 0.62), at(0.3, 0.72));
  const box = () => lab.card(clients).boundingBox();
  await expectSoon(async () => (await box()).x > before.x + 40, 'the view to follow the finger');
  const after = await box();
  await finger.move([at(0.4, 0.6), at(0.6, 0.6)], [at(0.2, 0.6), at(0.8, 0.6)]);
  await expectSoon(async () => (await box()).width > after.width * 1.5, 'two fingers to zoom');
  // A resting finger opens the menu.
  await tap(lab.button('Zoom to fit'));
  await finger.rest(await middle(lab.card(second)));
  const crash = page.getByRole('menuitem', { name: /^Crash/ });
  await crash.waitFor();
  await tap(crash);
  await expectSoon(async () => /crashed/.test(await lab.state(second)), 'the crash');
});

journey('a pointer builds and runs a system', { timeout: 120_000 }, async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await empty(lab);
  const clients = await lab.drag('Clients', 0.15, 0.4);
  const balancer = await lab.drag('Load balancer', 0.4, 0.4);
  const first = await lab.drag('Service', 0.7, 0.25);
  const second = await lab.drag('Service', 0.7, 0.6);
  await lab.wire(clients, balancer);
  await lab.wire(balancer, first);
  await lab.wire(balancer, second);
  await lab.play();
  await runs(lab);
});
