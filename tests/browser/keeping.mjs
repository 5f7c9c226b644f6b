// What a person does about what is kept: names a diagram, waits until it is safe, opens the list of recent ones.
// Knows the names of the records in the browser's storage.
import { Lab } from './lab.mjs';

/** Waits until all is kept. */
export const saved = (page) => page.locator('.saved[data-state="saved"]').waitFor();
/** The records of pieces of work, as pairs of name and text. */
export const records = (page) => page.evaluate(() => Object.entries(localStorage).filter(([name]) => name.startsWith('faultline.work.')));

/** Opens the sheet of recent diagrams. */
export async function openRecent(page) {
  await page.getByRole('button', { name: 'Recent diagrams', exact: true }).first().click();
  const sheet = page.getByRole('dialog', { name: 'Recent diagrams' });
  await sheet.waitFor();
  return sheet;
}

/** Gives the diagram another title. */
export async function rename(page, title) {
  const field = page.getByRole('textbox', { name: 'Title of the document' });
  await field.fill(title);
  await field.press('Enter');
}

/** The app, standing still. */
export async function start(page, visit) {
  const lab = new Lab(page);
  if (visit) await visit();
  await lab.ready();
  await lab.pause();
  return lab;
}
