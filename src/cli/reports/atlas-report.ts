import { withOneLineTexts } from '../../base/one-line.ts';
import type { AtlasEntryRow, AtlasSection } from '../../study/concepts/atlas-section.ts';
import type { StudyManifest } from '../../study/manifest.ts';
import { readStudyTable } from '../../study/read-study.ts';
import type { StudyStore } from '../../study/store.ts';
import type { CliIo, Colors } from '../terminal/io.ts';
import { formatTable, numberCell, numberColumn } from '../terminal/table.ts';
import { comparedText, interval, warningsText } from './concepts-parts.ts';
import { findingsText } from './findings-report.ts';

/** Rows of the atlas that are listed; the others are in the study. */
const LISTED = 20;
/** Classes of a row that are named. */
const NAMED = 3;

/** What `semblance concepts` prints of three or more models. */
export async function atlasReport(study: StudyManifest, store: StudyStore, folder: string, io: CliIo): Promise<string> {
  const manifest = withOneLineTexts(study);
  const { colors } = io;
  const section = manifest.instruments.atlas!;
  let text = await findingsText(manifest, store, 'atlas', io);
  text += comparedText(section, 'atlas', colors);
  text += similarityText(section, colors);
  text += pairsText(section, colors);
  text += entriesText(await readStudyTable<AtlasEntryRow>(store, manifest, section.entries), section, colors);
  text += warningsText(section.classes, colors);
  return `${text}\n${colors.bold('study')}    ${folder}\n`;
}

function similarityText({ models, pairs, ceilings, level }: AtlasSection, colors: Colors): string {
  const value = (m: number, given: number) => {
    if (m === given) return ceilings[m]!;
    const pair = pairs.find(({ first, second }) => first === Math.min(m, given) && second === Math.max(m, given))!;
    return pair.similarity[m < given ? 0 : 1];
  };
  const rows = models.map(({ name }, m) => [
    name,
    ...models.map((_, given) =>
      m === given ? colors.dim(interval(value(m, given), 2)) : interval(value(m, given), 2),
    ),
  ]);
  return `\n${colors.bold('similarity of concepts')}  ${colors.dim(`mean of the row's concepts, predicted from the column; the diagonal is the ceiling; ${Math.round(level * 100)} % intervals over images`)}\n${formatTable(
    [{ title: '' }, ...models.map(({ name }) => numberColumn(colors.dim(name)))],
    rows,
    '  ',
  )}`;
}

function pairsText({ models, pairs }: AtlasSection, colors: Colors): string {
  const rows = pairs.map(({ first, second, both, agreeing, maxSimilarity, cka }) => [
    `${models[first]!.name} and ${models[second]!.name}`,
    String(both),
    String(agreeing),
    numberCell(maxSimilarity),
    numberCell(cka),
  ]);
  const titles = ['concepts in both', 'agreeing pairs', 'MMCS', 'CKA'];
  return `\n${colors.bold('pairs')}\n${formatTable([{ title: '' }, ...titles.map((title) => numberColumn(colors.dim(title)))], rows, '  ')}`;
}

function entriesText(entries: readonly AtlasEntryRow[], section: AtlasSection, colors: Colors): string {
  const { models, classes, rule, byModels } = section;
  const names = new Map(classes.map(({ id, name }) => [id, name.split(',')[0]!]));
  const counts = byModels.map((count, i) =>
    i === 0 ? `${count} without a counterpart` : `${count} in ${i + 1 === models.length ? 'all' : i + 1}`,
  );
  const rows = entries.slice(0, LISTED).map(({ entry, classes: of, cells, agreement, ceiling }) => [
    String(entry),
    of
      .slice(0, NAMED)
      .map((id) => names.get(id)!)
      .join(', ') + (of.length > NAMED ? ` and ${of.length - NAMED} more` : ''),
    ...cells.map(({ concepts, importance, similarity }) =>
      concepts.length > 0
        ? `● ${importance === null ? '' : numberCell(importance, 2)}`.trimEnd()
        : colors.dim(`(${numberCell(similarity, 2)})`),
    ),
    numberCell(ceiling, 2),
    agreement === null ? '–' : numberCell(agreement.least, 2),
  ]);
  const columns = [
    { title: '' },
    { title: colors.dim('classes') },
    ...models.map(({ name }) => numberColumn(colors.dim(name))),
    numberColumn(colors.dim('ceiling')),
    numberColumn(colors.dim('least agreement')),
  ];
  const more = entries.length > LISTED ? `  and ${entries.length - LISTED} more; semblance table STUDY atlas\n` : '';
  return `\n${colors.bold('atlas')}  ${entries.length} concepts: ${counts.reverse().join(', ')}\n  ${colors.dim(
    `● the model has it, with its importance; (similarity) given a model without it. One concept: each other's best match, correlation from ${rule.correlation}, similarity from ${rule.share} of the ceiling; of a model's classes, cosine from ${rule.cosine}`,
  )}\n${formatTable(columns, rows, '  ')}${more}`;
}
