import AxeBuilder from 'axe-core';
import type { Page } from 'playwright-core';

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string }[];
}

/** What is looked for: anything against WCAG, the grave findings of all rules, or what depends on colours alone. */
type Wanted = 'wcag' | 'serious' | 'colours';

const OPTIONS: Record<Wanted, object> = {
  wcag: { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] },
  serious: {},
  colours: { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } },
};

/** What axe finds on the page as it is, in light; then in dark, where only colours differ. The page is left in dark. */
export async function axeFindingsInBoth(page: Page, which: 'wcag' | 'serious' = 'wcag'): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await axeFindings(page, which);
  await page.emulateMedia({ colorScheme: 'dark' });
  // Colours follow the scheme within two frames; figures are drawn anew with them.
  await page.waitForTimeout(100);
  const dark = await axeFindings(page, 'colours');
  return [...light, ...dark.map((found) => `in dark: ${found}`)];
}

/** What axe finds on the page as it is. */
export async function axeFindings(page: Page, which: Wanted = 'wcag'): Promise<string[]> {
  // The policy of the page forbids inline scripts, so axe comes in through the debugger.
  await page.evaluate(`${AxeBuilder.source}; undefined`);
  const { violations } = await page.evaluate(
    (options) =>
      (globalThis as unknown as { axe: { run(options: object): Promise<{ violations: Violation[] }> } }).axe.run(
        options,
      ),
    { ...OPTIONS[which], resultTypes: ['violations'] },
  );
  return violations
    .filter(({ impact }) => which !== 'serious' || impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' ')}`);
}
