// Every screen, in both themes, as axe sees it: nothing on it shuts anybody out.
import assert from 'node:assert/strict';
import { audit } from './audit.mjs';
import { journey } from './browser.mjs';
import { Lab } from './lab.mjs';
import { capture, wreck } from './crash.mjs';

// Something to put into regions and to fold.
const FRAMES = JSON.stringify({
  format: 'faultline', version: 2, title: 'Frames', seed: 3,
  nodes: [
    { id: 'users', kind: 'clients', name: 'Users', x: 0, y: 96 },
    { id: 'api', kind: 'service', name: 'API', x: 320, y: 96 },
    { id: 'db', kind: 'database', name: 'Store', x: 720, y: 96 },
    { id: 'spare', kind: 'service', name: 'Spare', x: 320, y: 400 },
  ],
  links: [{ id: 'users-api', from: 'users', to: 'api' }, { id: 'api-db', from: 'api', to: 'db' }],
});

for (const colorScheme of ['light', 'dark']) {
  journey(`no accessibility violation in what is looked at, ${colorScheme}`, { colorScheme, timeout: 120_000 }, async ({ page, visit }) => {
    const lab = new Lab(page);
    await visit();
    await lab.ready();
    await lab.pass(3);
    await lab.pause();
    const told = await audit(page, 'running shop');
    const [service] = await lab.namesOf('Service');
    await lab.select(service);
    await page.keyboard.press('k');
    told.push(...await audit(page, 'a crashed service in the inspector'));
    await page.keyboard.press('k');
    await page.keyboard.press('l');
    await lab.inspector.getByText('Calling policy', { exact: true }).waitFor();
    told.push(...await audit(page, 'a link in the inspector', ['.inspector', '.stage']));
    await lab.deselect();
    await lab.recent().first().click();
    await page.getByRole('region', { name: /^Request / }).waitFor();
    told.push(...await audit(page, 'a waterfall'));
    for (const sheet of [/^Starters/, /^Share/, 'Help and keys', 'Recent diagrams', 'Export pictures and tables']) {
      await lab.button(sheet).first().click();
      await page.getByRole('dialog').waitFor();
      told.push(...await audit(page, `sheet ${sheet}`, ['dialog[open]']));
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
    }
    for (const [key, title] of [['r', 'Repeat and sweep'], ['w', 'Repeat and sweep'], ['h', 'How true is this?']]) {
      await page.keyboard.press(key);
      await page.getByRole('dialog', { name: title }).waitFor();
      told.push(...await audit(page, `sheet ${title} by ${key}`, ['dialog[open]']));
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
    }
    await lab.button('Table', lab.charts).click();
    told.push(...await audit(page, 'figures over time', ['.charts']));
    assert.equal(told.join('\n'), '');
  });

  journey(`no accessibility violation in what is shaped, ${colorScheme}`, { colorScheme, timeout: 120_000 }, async ({ page, visit }) => {
    const lab = new Lab(page);
    const parts = ['.stage', '.inspector', '.messages'];
    await visit();
    await lab.ready();
    await lab.openFile(FRAMES);
    await lab.card('Spare').waitFor();
    await lab.pause();
    await page.keyboard.press('0');
    const told = [];
    const frame = (name) => page.locator('.frame', { has: page.getByText(name, { exact: true }) });
    for (const [card, place] of [['API', 'Frankfurt'], ['Store', 'Virginia']]) {
      await lab.select(card);
      await lab.palette.getByRole('button', { name: 'Put in a region' }).click();
      await frame(place).waitFor();
    }
    told.push(...await audit(page, 'a group in the inspector, with its frame'));
    await page.keyboard.press('F2');
    await page.locator('.in-place').waitFor();
    told.push(...await audit(page, 'a name typed in place', parts));
    await page.keyboard.press('Escape');
    await lab.select('Spare');
    await page.keyboard.press('Control+g');
    await frame('Subsystem').waitFor();
    await page.keyboard.press('Shift+e');
    await lab.canvas.locator('.subsystem').waitFor();
    told.push(...await audit(page, 'a folded subsystem', parts));
    await lab.deselect();
    await page.keyboard.press('Shift+t');
    const text = page.getByRole('textbox', { name: 'Text of the note' });
    await text.fill('Fails on Mondays');
    told.push(...await audit(page, 'a note being written', parts));
    await text.press('Escape');
    await lab.inspector.getByRole('radio', { name: 'Blue' }).click();
    told.push(...await audit(page, 'a note in the inspector', parts));
    await lab.select('Users');
    await lab.card('API').locator('.card-name').click({ modifiers: ['Shift'] });
    await lab.inspector.getByText('2 components', { exact: true }).waitFor();
    told.push(...await audit(page, 'several in the inspector', parts));
    await page.keyboard.press('Escape');
    await lab.select('API');
    await page.keyboard.press('Shift+n');
    await page.getByRole('menu', { name: 'Add and connect' }).waitFor();
    told.push(...await audit(page, 'what may be at the end of a new link', parts));
    await page.keyboard.press('Escape');
    await lab.undoAll();
    assert.equal(told.join('\n'), '');
  });

  journey(`no accessibility violation when there is nothing, and after a crash, ${colorScheme}`, { colorScheme, timeout: 60_000 }, async ({ page, visit, expectProblems }) => {
    const lab = new Lab(page);
    await page.addInitScript(capture);
    await visit();
    await lab.ready();
    await lab.button('Recent diagrams').first().click();
    await page.getByRole('button', { name: 'New, empty' }).click();
    await lab.message('Started an empty diagram').waitFor();
    const told = await audit(page, 'an empty diagram');
    // And it would say so.
    await page.evaluate(() => document.querySelector('.inspector').append(Object.assign(new Image(), { id: 'nameless' })));
    assert.match((await audit(page, 'a picture without words')).join(), /image-alt/);
    await page.evaluate(() => document.getElementById('nameless').remove());
    expectProblems(/./);
    await page.evaluate(wreck);
    await page.mouse.move(400, 400);
    await page.getByRole('alertdialog', { name: 'Faultline has stopped' }).waitFor();
    told.push(...await audit(page, 'the crash screen'));
    assert.equal(told.join('\n'), '');
  });
}
