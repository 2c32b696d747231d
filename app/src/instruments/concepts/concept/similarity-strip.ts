import { linearAxis } from '../../../charts/axis.ts';
import { plotLine, plotText } from '../../../charts/plot-frame.ts';
import { element } from '../../../kit/export/svg.ts';
import type { Palette } from '../../../kit/theme/palette.ts';
import { fixed } from '../../../kit/ui/numbers.ts';
import { type Concept, type ConceptsData, other, similarityOf } from '../concepts-data.ts';

const ROW = 34;

interface StripRow {
  name: string;
  value: number | null;
  low?: number | null;
  high?: number | null;
  folds?: readonly (number | null)[];
  quiet?: boolean;
}

/** The rows of the strip: what was measured, its ceiling, and what chance gives. */
export function stripRows(data: ConceptsData, concept: Concept): StripRow[] {
  const { similarity, null: chance, maxSimilarity } = concept.entry;
  const rows: StripRow[] = [
    {
      name: `from ${data.shortNames[other(concept.model)]}`,
      value: similarityOf(concept),
      low: similarity.cross.pearson.low,
      high: similarity.cross.pearson.high,
      folds: similarity.cross.folds,
    },
    {
      name: 'from itself, the ceiling',
      value: similarityOf(concept, 'self'),
      low: similarity.self.pearson.low,
      high: similarity.self.pearson.high,
      folds: similarity.self.folds,
    },
    { name: 'best match, no regression', value: maxSimilarity, quiet: true },
  ];
  if (chance.shuffled)
    rows.push({
      name: `shuffled pairs, p ${fixed(chance.shuffled.p, 3)}`,
      value: chance.shuffled.mean,
      low: chance.shuffled.mean,
      high: chance.shuffled.q95,
      quiet: true,
    });
  if (chance.randomNetwork !== null) rows.push({ name: 'random network', value: chance.randomNetwork, quiet: true });
  return rows;
}

/** Similarities of one concept on one axis: values with their intervals, and a tick for each fold. */
export function drawStrip(
  rows: readonly StripRow[],
  width: number,
  palette: Palette,
): { width: number; height: number; body: string[] } {
  const numbers = rows.flatMap(({ value, low, high, folds }) => [value, low ?? null, high ?? null, ...(folds ?? [])]);
  const lowest = numbers.reduce<number>((least, value) => Math.min(least, value ?? 0), 0);
  const [left, right] = [8, width - 10];
  const x = linearAxis([Math.min(-0.05, lowest - 0.03), 1.03], [left, right], 5);
  const bottom = rows.length * ROW + 4;
  const body: string[] = [];
  for (const { value, label } of x.ticks)
    body.push(
      plotLine(x.place(value), 2, x.place(value), bottom, palette.border),
      plotText(palette, x.place(value), bottom + 14, label, { 'text-anchor': 'middle' }),
    );
  rows.forEach(({ name, value, low, high, folds, quiet }, r) => {
    const y = r * ROW + 24;
    body.push(
      plotText(palette, left, y - 10, name, { fill: quiet ? palette.muted : palette.text }),
      plotText(palette, right, y - 10, fixed(value), { 'text-anchor': 'end', fill: palette.text, 'font-weight': 600 }),
    );
    const colour = quiet ? palette.outline : palette.accent;
    if (low !== undefined && low !== null && high !== undefined && high !== null)
      body.push(plotLine(x.place(low), y, x.place(high), y, colour, { 'stroke-width': quiet ? 3 : 2 }));
    for (const fold of folds ?? [])
      if (fold !== null)
        body.push(plotLine(x.place(fold), y - 4, x.place(fold), y + 4, palette.muted, { 'stroke-width': 1.2 }));
    if (value !== null) body.push(element('circle', { cx: x.place(value), cy: y, r: quiet ? 3 : 4.5, fill: colour }));
  });
  return { width, height: bottom + 20, body };
}
