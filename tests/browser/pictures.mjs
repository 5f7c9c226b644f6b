// Pictures of the starters in both themes, to look at, and the README's. Not a test: node --test pictures.mjs
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { journey } from './browser.mjs';
import { Lab } from './lab.mjs';

const folder = fileURLToPath(new URL('./out/pictures', import.meta.url));
mkdirSync(folder, { recursive: true });

for (const colorScheme of ['dark', 'light']) {
  journey(`starters, ${colorScheme}`, { colorScheme, timeout: 300_000 }, async ({ page, visit }) => {
    const lab = new Lab(page);
    await visit();
    await lab.ready();
    for (const title of await lab.starters()) {
      await lab.openStarter(title);
      await lab.pass(8);
      await lab.automatic();
      await page.waitForTimeout(5_000);
      await page.screenshot({ path: `${folder}/${title.toLowerCase().replaceAll(/\W+/g, '-')}-${colorScheme}.png` });
    }
  });
}

journey('README', { deviceScaleFactor: 2, timeout: 120_000 }, async ({ page, visit }) => {
  const lab = new Lab(page);
  await visit();
  await lab.ready();
  await lab.pass(20);
  const [, service] = await lab.namesOf('Service');
  await lab.select(service);
  await page.keyboard.press('k');
  await lab.pass(2.5, 2);
  await lab.automatic();
  await page.waitForTimeout(3_000);
  await lab.failedRequest();
  await page.waitForTimeout(1_000);
  await page.screenshot({ path: `${folder}/readme.png`, scale: 'css' });
});
