// What axe finds on the page as it stands, in words. The one place that says which of its rules are asked.
// Knows nothing of what is on the page.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
// A card's visible label is its name, and its accessible name begins with it; the rule takes the card's figures for a label too.
const rules = { 'label-content-name-mismatch': { enabled: false } };

/** The violations, one text each; none is as it should be. `where` names the screen, `within` selects parts of it. */
export async function audit(page, where, within) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(`${axe};0`);
  const violations = await page.evaluate(async ([rules, within]) => {
    const { violations } = await window.axe.run(within ? { include: within.map((part) => [part]) } : document, { resultTypes: ['violations'], rules });
    return violations.map((v) => ({ id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.slice(0, 4).map((n) => `${n.target} ${n.any[0]?.message ?? ''}`) }));
  }, [rules, within]);
  return violations.map((v) => `${where}: ${v.id} (${v.impact}): ${v.help}\n      ${v.nodes.join('\n      ')}`);
}
