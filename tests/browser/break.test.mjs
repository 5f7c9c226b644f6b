// Breaking: what goes wrong is seen, counted with its reason, and told request by request.
import assert from 'node:assert/strict';
import { journey } from './browser.mjs';
import { Lab } from './lab.mjs';
import { expectSoon } from './soon.mjs';

journey('a crash is counted with its reason, and health checks route around it', { timeout: 90_000 }, async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pass(3);
  const [service, other] = await lab.namesOf('Service');
  await lab.select(service);
  await lab.button('Crash', lab.toolbar).click();
  await expectSoon(async () => /crashed/.test(await lab.state(service)), 'the crash to show');
  await lab.pass(1, 0.5);
  await lab.pass(12, 5);
  await expectSoon(async () => /out of rotation/.test(await lab.state(service)), 'the balancer to notice');
  assert.ok((await lab.rate(other)) > 0, 'the others go on');
  await lab.pause();
  await lab.deselect();
  const failed = (totals) => Object.entries(totals).filter(([what]) => what.startsWith('Failed: '));
  const counted = failed(await lab.totals());
  assert.ok(counted.some(([what, n]) => /refused|reset|timeout|unavailable/.test(what) && n > 0), `counted with the reason: ${counted}`);
  await lab.pass(3, 5);
  await lab.pause();
  assert.deepEqual(failed(await lab.totals()), counted, 'once it is out of rotation no request fails');
  await lab.select(service);
  await lab.button('Restart', lab.toolbar).click();
  await lab.pass(12, 5);
  await expectSoon(async () => (await lab.rate(service)) > 0, 'the restarted service to be back in rotation');
});

journey('a host vanishes, a process hangs, a disk is lost: the card says which, and undo takes it back', { timeout: 90_000 }, async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pass(1);
  await lab.pause();
  const does = async (search, option) => {
    await page.keyboard.press('/');
    await page.getByRole('combobox', { name: /^Search commands/ }).fill(search);
    await page.getByRole('option', { name: option }).first().click();
  };
  const [service, other] = await lab.namesOf('Service');
  const [store] = await lab.namesOf('Database');
  await lab.select(service);
  await does('black hole', /^Vanish/);
  await expectSoon(async () => /vanished at/.test(await lab.state(service)), 'the host to be gone');
  assert.match(await lab.inspector.innerText(), /nobody is told/);
  await lab.select(other);
  await does('deadlock', /^Hang/);
  await expectSoon(async () => /hangs at/.test(await lab.state(other)), 'the process to hang');
  await lab.button(/^Undo/).click();
  await expectSoon(async () => !/hangs/.test(await lab.state(other)), 'it to work again');
  await lab.select(store);
  const written = async () => Number((await lab.inspector.innerText()).match(/written\s+([\d,]+)/i)[1].replaceAll(',', ''));
  const before = await written();
  await does('data loss', /^Lose the disk/);
  await expectSoon(async () => /crashed at/.test(await lab.state(store)), 'the store to be down');
  assert.equal(await written(), 0, 'nothing is stored any more');
  await lab.button('Restart', lab.toolbar).click();
  await lab.pass(0.2, 0.5);
  await lab.pause();
  assert.ok(before > 20 && (await written()) < before, 'it begins anew');
});

journey('of several instances one is crashed, and the card and the list show which', { timeout: 90_000 }, async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  const node = (id, kind, x, params = {}) => ({ id, kind, name: id, x, y: 100, params });
  const link = (from, to) => ({ id: `${from}-${to}`, from, to, params: {} });
  const nodes = [node('users', 'clients', 48, { rate_per_s: 60 }), node('edge', 'load_balancer', 288, { check_interval: 100 }), node('orders', 'service', 528, { instances: 3 })];
  await lab.openFile(JSON.stringify({ format: 'faultline', version: 2, title: 'Instances', seed: 7, nodes, links: [link('users', 'edge'), link('edge', 'orders')] }));
  await lab.message(/^Opened/).first().waitFor();
  await lab.pass(2);
  await lab.select('orders');
  const slots = (state) => lab.card('orders').locator(`.members i${state ? `[data-state="${state}"]` : ''}`).count();
  assert.deepEqual([await slots(), await slots('up')], [3, 3]);
  await lab.inspector.getByRole('button', { name: 'Crash #2' }).click();
  await expectSoon(async () => (await slots('down')) === 1 && /2 of 3 up/.test(await lab.card('orders').getAttribute('aria-label')), 'one of three to be down');
  await lab.pass(3, 5);
  assert.ok((await lab.rate('orders')) > 0, 'the others go on');
  await lab.inspector.getByRole('button', { name: 'Restart #2' }).click();
  await expectSoon(async () => (await slots('down')) === 0, 'all to work again');
  const count = lab.inspector.getByRole('textbox', { name: 'Instances' });
  await count.fill('9');
  await count.press('Enter');
  await expectSoon(async () => (await slots()) === 4 && /\+5/.test(await lab.card('orders').innerText()), 'nine instances');
  await lab.button(/^Undo/).click();
  await expectSoon(async () => (await slots()) === 3, 'three again');
});

journey('the automatic dial shows the detection within five seconds', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  const [service] = await lab.namesOf('Service');
  await page.waitForTimeout(1_000);
  await lab.select(service);
  await page.keyboard.press('k');
  await expectSoon(async () => /out of rotation/.test(await lab.state(service)), 'the balancer to notice', 8_000);
});

journey('a replica that lags gives a stale read, and its story says why', { timeout: 120_000 }, async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.openStarter('Read replicas');
  const [replica] = await lab.namesOf('Replica');
  await lab.select(replica);
  await page.keyboard.press('s');
  await expectSoon(async () => /slow|times as/.test(await lab.state(replica)), 'the replica to be slow');
  await lab.pass(10, 5);
  await lab.pause();
  await lab.deselect();
  await expectSoon(async () => /lag/.test(await lab.card(replica).innerText()), 'the lag on the card');
  await lab.recent().filter({ hasText: /stale/i }).first().click();
  const story = page.getByRole('region', { name: /^Request / });
  await story.getByText(/version|newest/i).first().waitFor();
});

journey('a waterfall tells a request step by step', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pass(2);
  await lab.pause();
  await lab.deselect();
  await lab.recent().first().click();
  const story = page.getByRole('region', { name: /^Request / });
  await story.waitFor();
  const steps = story.getByRole('list', { name: 'Steps, in order of start' }).getByRole('listitem');
  assert.ok((await steps.count()) >= 3, 'several steps');
  assert.match(await story.innerText(), /ms|µs|s\b/);
  await lab.button('Close the request').click();
  await story.waitFor({ state: 'hidden' });
});

journey('a request on the canvas can be clicked', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.openStarter('Single server');
  const [clients, server] = await lab.names();
  const story = page.getByRole('region', { name: /^Request / });
  await expectSoon(async () => {
    await lab.pause();
    const [a, b] = [await lab.card(clients).boundingBox(), await lab.card(server).boundingBox()];
    const y = (a.y + a.height / 2 + b.y + b.height / 2) / 2;
    for (let x = a.x + a.width + 4; x < b.x - 4; x += 8) {
      await page.mouse.click(x, y);
      if (await story.isVisible()) return true;
    }
    await lab.play();
    await page.waitForTimeout(150);
    return false;
  }, 'a packet under the pointer', 30_000);
  await story.getByRole('listitem').first().waitFor();
});

journey('a cache is flushed and must warm up again', async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.openStarter('Cache-aside');
  await lab.pass(10);
  await lab.pause();
  const [cache] = await lab.namesOf('Cache');
  const keys = async () => Number(((await lab.card(cache).innerText()).match(/([\d,]+) of/) ?? [])[1]?.replaceAll(',', ''));
  const full = await keys();
  assert.ok(full > 10, `the cache holds keys: ${full}`);
  await lab.select(cache);
  await lab.button('Flush', lab.toolbar).click();
  await expectSoon(async () => (await keys()) < full / 2, 'the cache to be empty');
});
