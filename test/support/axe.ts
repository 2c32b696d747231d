import AxeBuilder from 'axe-core';
import type { Page } from 'playwright-core';

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string }[];
}

const WCAG = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] };

/** What axe finds on the page as it is: anything against WCAG, or with "serious" the grave findings of all its rules. */
export async function axeFindings(page: Page, which: 'wcag' | 'serious' = 'wcag'): Promise<string[]> {
  // The policy of the page forbids inline scripts, so axe comes in through the debugger.
  await page.evaluate(`${AxeBuilder.source}; undefined`);
  const { violations } = await page.evaluate(
    (options) =>
      (globalThis as unknown as { axe: { run(options: object): Promise<{ violations: Violation[] }> } }).axe.run(
        options,
      ),
    which === 'wcag' ? WCAG : {},
  );
  return violations
    .filter(({ impact }) => which === 'wcag' || impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' ')}`);
}
