import { COMPARISON_MEASURES } from '../../measures/representations/comparison/measures/comparison-measures.ts';
import type { OtherMeasures } from '../../study/representations-section.ts';
import type { Colors } from '../terminal/io.ts';
import { formatTable, numberCell, numberColumn } from '../terminal/table.ts';

/** What `--also` asked for: a table of each kind of measure, a row for each pair of layers or models. */
export function otherMeasuresText(
  also: OtherMeasures,
  layers: readonly string[],
  models: readonly string[],
  colors: Colors,
): string {
  let text = '';
  const table = (title: string, about: string, columns: string[], rows: string[][]): void => {
    if (rows.length === 0 || columns.length === 0) return;
    const all = [{ title: '' }, { title: '' }, ...columns.map((name) => numberColumn(colors.dim(name)))];
    text += `${colors.bold(title)}  ${colors.dim(about)}\n${formatTable(all, rows, '  ')}\n`;
  };
  const features = COMPARISON_MEASURES.filter(({ name }) => also.features[name]);
  table(
    'on pooled features',
    'the mean over positions, centred; → the first towards the second; in brackets unrelated features of as many dimensions',
    features.flatMap(({ title, directed }) => (directed ? [`${title} →`, '←'] : [title])),
    pairsOf(layers, (i, j) =>
      features.flatMap(({ name, directed }) => {
        const cell = (row: number, col: number): string => {
          const value = numberCell(also.features[name]![row]![col]);
          const chance = also.chance[name]?.[row]?.[col] ?? null;
          return chance === null ? value : `${value} (${numberCell(chance)})`;
        };
        return directed ? [cell(i, j), cell(j, i)] : [cell(i, j)];
      }),
    ),
  );
  const matrices = COMPARISON_MEASURES.filter(({ name }) => also.matrices[name]);
  table(
    'on similarity matrices',
    also.neighbours === null ? '' : `${also.neighbours} nearest images`,
    matrices.flatMap(({ title }) => [`${title} spatial`, 'semantic']),
    pairsOf(layers, (i, j) =>
      matrices.flatMap(({ name }) => {
        const { spatial, semantic } = also.matrices[name]!;
        return [numberCell(spatial[i]![j]), numberCell(semantic[i]![j])];
      }),
    ),
  );
  const { outputs } = also;
  if (outputs) {
    const answers = COMPARISON_MEASURES.filter(({ name }) => outputs.measures[name]);
    const right = outputs.accuracy.flatMap((found, m) =>
      found ? [`${models[m]} is right on ${numberCell(found.share)} of ${found.images}`] : [],
    );
    table(
      'on answers',
      right.join(', '),
      answers.map(({ title }) => title),
      pairsOf(models, (i, j) => answers.map(({ name }) => numberCell(outputs.measures[name]![i]![j]))),
    );
  }
  for (const note of also.notes) text += `  ${colors.yellow('note')}    ${note}\n`;
  return also.notes.length > 0 ? `${text}\n` : text;
}

/** A row for each pair i < j. */
function pairsOf(names: readonly string[], cells: (i: number, j: number) => string[]): string[][] {
  return names.flatMap((a, i) => names.slice(i + 1).map((b, d) => [a, b, ...cells(i, i + 1 + d)]));
}
