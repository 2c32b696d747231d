import { type ConceptsSection, comparesCovered } from '../../study/concepts-section.ts';
import type { Colors } from '../terminal/io.ts';
import { formatTable, numberCell, numberColumn } from '../terminal/table.ts';
import { interval } from './concepts-parts.ts';

/** Concepts of each model that are listed: those whose covering moves their own model furthest beyond the other. */
const LISTED = 5;

/** What covering concepts does to the answers of both models, where that was asked for. */
export function coveredText({ models, classes, options, summary }: ConceptsSection, colors: Colors): string {
  if (!options.occlude) return '';
  const all = classes.flatMap(({ name, models: owners }) =>
    owners.flatMap((owner, m) =>
      (owner?.concepts ?? []).flatMap(({ index, covered, similarity }) =>
        covered
          ? [{ m, title: `${models[m]!.name}, ${name.split(',')[0]}, concept ${index}`, covered, similarity }]
          : [],
      ),
    ),
  );
  if (!comparesCovered({ classes }))
    return `\n${colors.bold('does the concept cause the answer?')}\n  Not compared, since a model gives no class scores; patches were covered (${options.occlude}) for importance alone.\n`;
  const rows = models.flatMap((_, m) =>
    all
      .filter((one) => one.m === m)
      .sort((a, b) => (b.covered.difference.value ?? 0) - (a.covered.difference.value ?? 0))
      .slice(0, LISTED)
      .map(({ title, covered, similarity }) => [
        title,
        numberCell(similarity.cross.pearson.value),
        String(covered.images),
        ...covered.models.map(({ effect }) => interval(effect)),
        interval(covered.difference),
      ]),
  );
  const titles = ['similarity', 'images', ...models.map(({ name }) => name), 'own minus other'];
  const patches = all[0]?.covered.patches ?? 0;
  const said = `fall of the class's probability when the ${patches} ${patches === 1 ? 'patch that shows' : 'patches that show'} the concept most ${patches === 1 ? 'is' : 'are'} covered (${options.occlude}), beyond random patches; ${Math.round(summary.level * 100)} % intervals over images`;
  return `\n${colors.bold('does the concept cause the answer?')}  ${colors.dim(said)}\n${
    rows.length > 0
      ? formatTable([{ title: '' }, ...titles.map((title) => numberColumn(colors.dim(title)))], rows, '  ')
      : '  No evaluation image shows a concept in so many patches.\n'
  }`;
}
