import { type Alignment, isLevel } from '../../study/classes-section.ts';
import type { Colors } from '../terminal/io.ts';
import { type Column, formatTable } from '../terminal/table.ts';

/** Levels of the tree that reports list; --json and the study have all. */
const LEVELS_SHOWN = 4;
const BRANCHES_SHOWN = 3;

/** Where an alignment comes from: a table of cuts of the tree, the split of animals first. Empty without a tree. */
export function cutsText({ cuts }: Alignment, colors: Colors): string {
  if (!cuts || cuts.length === 0) return '';
  const number = (value: number | null | undefined): string => (value == null ? '–' : value.toFixed(3));
  const range = (found: { low: number; high: number } | null | undefined): string =>
    found ? ` [${found.low.toFixed(3)}, ${found.high.toFixed(3)}]` : '';
  const rows = cuts
    .slice(0, LEVELS_SHOWN + 1)
    .map(({ kind, name, branches, split, beyond, soFar, within, interval }) => [
      isLevel({ kind, name }) ? name : `${name} or not`,
      String(branches),
      `${number(split)}${range(interval?.split)}`,
      `${number(beyond)}${range(interval?.beyond)}`,
      number(soFar),
      within
        .slice(0, BRANCHES_SHOWN)
        .map(({ branch, classes, spearman }) => `${branch} (${classes}) ${number(spearman)}`)
        .join(', '),
    ]);
  const right = (title: string): Column => ({ title: colors.dim(title), align: 'right' });
  const columns = [
    { title: colors.dim('Spearman ρ') },
    right('branches'),
    right('by the cut alone'),
    right('beyond it'),
    right('levels so far'),
    { title: colors.dim('within branches') },
  ];
  const resamples = cuts[0]!.interval?.resamples;
  const title = `where it comes from${resamples ? `, 95 % intervals of ${resamples} resamples` : ''}`;
  return `          ${colors.dim(title)}\n${formatTable(columns, rows, '          ')}`;
}
