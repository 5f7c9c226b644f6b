// Building: boxes dragged in and wired take their share; every change can be undone; knobs act while it runs.
import assert from 'node:assert/strict';
import { journey } from './browser.mjs';
import { Lab } from './lab.mjs';
import { expectSoon } from './soon.mjs';

journey('a service dragged in and wired to the balancer takes its share', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  const [balancer] = await lab.namesOf('Load balancer');
  const services = await lab.namesOf('Service');
  const fresh = await lab.drag('Service', 0.5, 0.9);
  assert.equal(await lab.rate(fresh), 0, 'it does nothing yet');
  await lab.wire(balancer, fresh);
  await lab.pass(6);
  await expectSoon(async () => (await lab.rate(fresh)) > 0, 'the new service to take requests');
  const [mine, theirs] = [await lab.rate(fresh), await lab.rate(services[0])];
  assert.ok(mine > theirs / 10, `a real share: ${mine} beside ${theirs} req/s`);
});

journey('an illegal link is refused with the reason', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  const [clients] = await lab.namesOf('Clients');
  const [service] = await lab.namesOf('Service');
  await lab.wire(service, clients);
  await lab.message(/client/i).first().waitFor();
  assert.equal(await lab.button('Undo').getAttribute('aria-disabled'), 'true', 'nothing changed');
});

journey('a component is added by a click, duplicated, renamed, moved and deleted, and all of it undone', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pause();
  const start = (await lab.names()).sort();
  const before = await lab.names();
  await lab.button('Cache', lab.palette).click();
  const fresh = await lab.added(before);
  await lab.select(fresh);
  const place = await lab.card(fresh).boundingBox();
  await page.mouse.move(place.x + 40, place.y + 12);
  await page.mouse.down();
  await page.mouse.move(place.x + 100, place.y + 52, { steps: 5 });
  await page.mouse.up();
  const moved = await lab.card(fresh).boundingBox();
  assert.ok(Math.abs(moved.x - place.x) > 30, 'it moved');
  await page.keyboard.press('d');
  await expectSoon(async () => (await lab.names()).length === start.length + 2, 'the copy');
  await page.keyboard.press('Delete');
  await expectSoon(async () => (await lab.names()).length === start.length + 1, 'the copy to go');
  const steps = await lab.undoAll();
  assert.ok(steps >= 4, `each change is a step: ${steps}`);
  assert.deepEqual((await lab.names()).sort(), start, 'back at the start');
  for (let i = 0; i < steps; i++) await page.keyboard.press('Control+Shift+z');
  await expectSoon(async () => (await lab.names()).length === start.length + 1, 'redo to do all again');
});

journey('undo of everything leads back to the start', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pause();
  const before = (await lab.names()).sort();
  const [balancer] = await lab.namesOf('Load balancer');
  const [service] = await lab.namesOf('Service');
  const fresh = await lab.drag('Service', 0.5, 0.9);
  await lab.wire(balancer, fresh);
  await lab.select(service);
  await page.keyboard.press('k');
  await expectSoon(async () => /crashed/.test(await lab.state(service)), 'the crash');
  await lab.select(balancer);
  await lab.inspector.getByRole('combobox').first().selectOption({ index: 1 });
  await lab.undoAll();
  assert.deepEqual((await lab.names()).sort(), before);
  assert.doesNotMatch(await lab.state(service), /crashed/);
});

journey('a knob acts while the system runs, and goes back to its default', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  const [service] = await lab.namesOf('Service');
  await lab.pass(3);
  await lab.pause();
  await lab.select(service);
  const workers = lab.inspector.getByRole('textbox', { name: 'Workers' });
  const usual = await workers.inputValue();
  await workers.fill('1');
  await workers.press('Enter');
  await expectSoon(async () => (await lab.card(service).locator('.slots i').count()) === 1, 'one worker on the card');
  await workers.fill('many');
  await workers.press('Enter');
  await lab.inspector.getByRole('alert').first().waitFor();
  assert.match(await lab.inspector.getByRole('alert').first().innerText(), /not a number.*still 1/s);
  await workers.press('Escape');
  await lab.pass(4);
  await page.keyboard.press('Escape');
  await lab.undoAll();
  await lab.select(service);
  assert.equal(await lab.inspector.getByRole('textbox', { name: 'Workers' }).inputValue(), usual);
});

journey('links have knobs too', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  const [balancer] = await lab.namesOf('Load balancer');
  const fresh = await lab.drag('Service', 0.5, 0.9);
  // A link just made is the one selected.
  await lab.wire(balancer, fresh);
  await lab.inspector.getByRole('textbox', { name: /timeout/i }).first().waitFor();
  await page.keyboard.press('x');
  await expectSoon(async () => /cut/.test(await lab.state(fresh)), 'the link to be cut');
  await page.keyboard.press('x');
  await expectSoon(async () => !/cut/.test(await lab.state(fresh)), 'the link to be mended');
});
