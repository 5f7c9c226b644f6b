// What a person can do on the page, by role and label. Knows the page's words, not its code.
import assert from 'node:assert/strict';
import { expectSoon } from './soon.mjs';

/** The page in a person's hands. */
export class Lab {
  constructor(page) {
    this.page = page;
    this.canvas = page.getByLabel('Diagram', { exact: true });
    this.palette = page.getByRole('navigation', { name: 'Components' });
    this.inspector = page.getByRole('complementary', { name: 'Inspector' });
    this.charts = page.getByRole('region', { name: 'Charts' });
    this.clock = page.getByRole('timer', { name: 'Simulated time' });
    this.speed = page.getByRole('slider', { name: 'Speed' });
  }

  /** Waits until the app is there. */
  async ready() {
    await this.clock.waitFor();
    await this.cards().first().waitFor();
  }

  /** The buttons beside what is selected. */
  get toolbar() {
    return this.page.getByRole('toolbar', { name: 'Break and mend' });
  }

  button(name, within = this.page) {
    return within.getByRole('button', { name, exact: typeof name === 'string' });
  }

  // ---- time ----

  /** The simulated time in seconds, read off the clock: `01:02.345`. */
  async now() {
    const parts = (await this.clock.textContent()).trim().split(':').map(Number);
    return parts.reduce((sum, part) => sum * 60 + part, 0);
  }

  async pause() {
    const pause = this.button('Pause');
    if (await pause.isVisible()) await pause.click();
    await this.button('Play').waitFor();
  }

  async play() {
    const play = this.button('Play');
    if (await play.isVisible()) await play.click();
    await this.button('Pause').waitFor();
  }

  /** Turns the dial to `factor` simulated seconds per second: the track is logarithmic from 1/1000 to 100. */
  async setSpeed(factor) {
    const position = (Math.log(factor / 1e-3) / Math.log(1e5)) * Number(await this.speed.getAttribute('max'));
    await this.speed.fill(String(Math.round(position / 5) * 5));
  }

  /** Lets `seconds` of simulated time pass, fast. */
  async pass(seconds, factor = 20) {
    const until = (await this.now()) + seconds;
    await this.setSpeed(factor);
    await this.play();
    await expectSoon(async () => (await this.now()) >= until, `the clock to reach ${until} s`, 40_000);
  }

  /** Gives the dial back to its automatic setting. */
  async automatic() {
    const auto = this.button('Auto');
    if ((await auto.getAttribute('aria-pressed')) !== 'true') await auto.click();
  }

  // ---- diagram ----

  cards() {
    return this.canvas.locator('[data-node]');
  }

  /** The card of this name; its accessible name is `name, kind, state`. */
  card(name) {
    return this.canvas.getByRole('button', { name: new RegExp(`^${escape(name)}, `) });
  }

  async names() {
    const labels = await this.cards().evaluateAll((cards) => cards.map((card) => card.getAttribute('aria-label')));
    return labels.map((label) => label.split(', ')[0]);
  }

  /** The names of all cards of a kind, by the kind's own name. */
  async namesOf(kind) {
    const labels = await this.cards().evaluateAll((cards) => cards.map((card) => card.getAttribute('aria-label')));
    return labels.map((label) => label.split(', ')).filter((parts) => parts[1] === kind).map((parts) => parts[0]);
  }

  async state(name) {
    const label = await this.card(name).getAttribute('aria-label');
    return label.split(', ').slice(2).join(', ');
  }

  /** Requests per second on a card. */
  async rate(name) {
    const text = await this.card(name).first().innerText();
    const match = text.match(/([\d,.]+) req\/s/);
    return match ? Number(match[1].replaceAll(',', '')) : 0;
  }

  /** Selects a card by clicking its name. */
  async select(name) {
    const card = this.card(name);
    if ((await card.getAttribute('aria-pressed')) !== 'true') await card.locator('.card-name').click();
    await expectSoon(async () => (await card.getAttribute('aria-pressed')) === 'true', `${name} to be selected`);
  }

  async deselect() {
    const box = await this.canvas.boundingBox();
    await this.page.mouse.click(box.x + 12, box.y + 12);
  }

  /** Drags a kind from the palette to a point of the canvas, given as shares of its width and height. */
  async drag(kind, across, down) {
    const before = await this.names();
    const box = await this.canvas.boundingBox();
    const item = await this.button(kind, this.palette).boundingBox();
    await this.page.mouse.move(item.x + item.width / 2, item.y + item.height / 2);
    await this.page.mouse.down();
    await this.page.mouse.move(box.x + box.width * across - 30, box.y + box.height * down - 30, { steps: 4 });
    await this.page.mouse.move(box.x + box.width * across, box.y + box.height * down, { steps: 4 });
    await this.page.mouse.up();
    return this.added(before);
  }

  /** The name of the one card that was not there before. */
  async added(before) {
    let fresh = [];
    await expectSoon(async () => {
      fresh = await this.names();
      for (const name of before) if (fresh.includes(name)) fresh.splice(fresh.indexOf(name), 1);
      return fresh.length === 1;
    }, 'one new card');
    return fresh[0];
  }

  /** Drags from a card's edge to another card. */
  async wire(from, to) {
    await this.card(from).hover();
    const handle = await this.card(from).locator('[data-handle]').boundingBox();
    const target = await this.card(to).boundingBox();
    await this.page.mouse.move(handle.x + handle.width / 2, handle.y + handle.height / 2);
    await this.page.mouse.down();
    await this.page.mouse.move(target.x - 20, target.y + target.height / 2, { steps: 6 });
    await this.page.mouse.move(target.x + target.width / 2, target.y + target.height / 2, { steps: 4 });
    await this.page.mouse.up();
  }

  // ---- messages and sheets ----

  message(pattern) {
    return this.page.locator('.messages').getByText(pattern);
  }

  /** The titles of the starters. */
  async starters() {
    await this.button(/^Starters/).click();
    const sheet = this.page.getByRole('dialog', { name: 'Starters' });
    await sheet.waitFor();
    const titles = await sheet.locator('[data-starter]:not([data-starter=""]) .starter-title').allInnerTexts();
    await this.page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'hidden' });
    return titles;
  }

  async openStarter(title) {
    await this.button(/^Starters/).click();
    const sheet = this.page.getByRole('dialog', { name: 'Starters' });
    await sheet.getByRole('button', { name: new RegExp(`^${escape(title)}`) }).click();
    await sheet.waitFor({ state: 'hidden' });
    await this.message(`Opened ${title}`).waitFor();
    await this.cards().first().waitFor();
  }

  /** Opens the share sheet and reads it: `{ link, hash, command }`. Closes it again. */
  async share() {
    await this.button(/^Share/).click();
    const sheet = this.page.getByRole('dialog', { name: 'Share' });
    const link = await sheet.getByRole('textbox', { name: 'Link', exact: true }).inputValue();
    const command = await sheet.getByRole('textbox', { name: /^To compare/ }).inputValue();
    const hash = await sheet.locator('[data-trace-hash]').innerText({ timeout: 40_000 });
    assert.match(hash, /^[0-9a-f]{16}$/);
    await this.page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'hidden' });
    return { link, hash, command };
  }

  /** Saves the document to a file and returns its path. */
  async saveFile() {
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.button(/^Save/).click()]);
    return download.path();
  }

  /** Opens a file with this text. */
  async openFile(text, name = 'a.faultline.json') {
    const [chooser] = await Promise.all([this.page.waitForEvent('filechooser'), this.button(/^Open/).click()]);
    await chooser.setFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
  }

  // ---- requests ----

  /** The requests that ended lately, in the inspector while nothing is selected. */
  recent() {
    return this.inspector.getByRole('region', { name: 'Recent requests' }).getByRole('button');
  }

  /** Opens the story of a request that failed. */
  async failedRequest() {
    await this.deselect();
    await this.recent().filter({ hasText: /refused|reset|timeout|unavailable|full/ }).first().click();
    const story = this.page.getByRole('region', { name: /^Request / });
    await story.waitFor();
    return story;
  }

  // ---- figures ----

  /** What was counted since the start, in the inspector while nothing is selected: `{ 'Ok': '1,204', 'Failed: refused': '3' }`. */
  async totals() {
    const pairs = await this.inspector.getByRole('region', { name: 'Totals' }).evaluate((region) =>
      [...region.querySelectorAll('dt')].map((dt) => [dt.textContent, dt.parentElement.querySelector('dd').textContent]));
    return Object.fromEntries(pairs.map(([what, text]) => [what, Number(text.replaceAll(',', ''))]));
  }

  /** The newest figures of the charts' table: `{ 'Throughput ok': '312 /s', … }`. */
  async figures(row = 0) {
    const table = this.button('Table', this.charts);
    if ((await table.getAttribute('aria-pressed')) !== 'true') await table.click();
    const rows = this.charts.getByRole('row');
    await rows.nth(1).waitFor();
    return this.charts.evaluate((charts, at) => {
      const heads = [...charts.querySelectorAll('thead th')].map((th) => th.textContent);
      const line = charts.querySelectorAll('tbody tr')[at];
      const cells = [...line.children].map((td) => td.textContent);
      return Object.fromEntries(heads.map((head, i) => [head, cells[i]]));
    }, row);
  }

  /** A picture of the traffic, to compare. */
  async traffic() {
    return this.canvas.evaluate((stage) => [...stage.querySelectorAll('canvas')].map((canvas) => canvas.toDataURL()).join());
  }

  async undoAll() {
    const undo = this.button('Undo');
    for (let steps = 0; steps < 100; steps++) {
      if ((await undo.getAttribute('aria-disabled')) === 'true') return steps;
      await undo.click();
    }
    return assert.fail('undo does not end');
  }
}

export const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
