import { neighbourRank, neighbours } from '../class-similarity/neighbours.ts';
import { UsageError } from '../errors.ts';
import type { Alignment, ClassesSection, ClassModel, ClassRow, RankingRow, StudyManifest } from '../study/manifest.ts';
import { readStudyMatrix, readStudyTable } from '../study/read-study.ts';
import type { StudyStore } from '../study/store.ts';
import type { CliIo, Colors } from './io.ts';
import { formatTable } from './table.ts';

const PAIRS_SHOWN = 10;
const NEIGHBOURS_SHOWN = 10;

/** What `semblance classes` prints for a person: each model's head, alignment and closest pairs, then NSAD. */
export async function classesReport(
  manifest: StudyManifest,
  store: StudyStore,
  folder: string,
  io: CliIo,
): Promise<string> {
  const section = manifest.instruments.classes!;
  const { colors } = io;
  const classes = await readStudyTable<ClassRow>(store, manifest, section.classes);
  let text = '';
  for (const model of section.models) {
    const ranking = await readStudyTable<RankingRow>(store, manifest, model.ranking);
    text += `${modelText(model, section, colors)}${rankingText(ranking, classes, section, colors)}\n`;
  }
  if (section.models.length > 1) text += `${nsadText(section, colors)}\n`;
  text += labelsText(section, colors);
  text += `${colors.bold('study')}   ${folder}\n`;
  return text;
}

function modelText(model: ClassModel, section: ClassesSection, colors: Colors): string {
  const { head } = model;
  let text = `${colors.bold(model.name)}  ${colors.dim(`${model.file}, ${model.format}`)}\n`;
  text += `  head    ${head.tensor}, ${head.classes} classes × ${head.features} features ${colors.dim(`(${head.reason})`)}\n`;
  for (const { tensor, shape, reason } of head.rejected.slice(0, 3))
    text += colors.dim(`          not ${tensor} ${shape.join('×')}: ${reason}\n`);
  text += `  labels  ${describeLabels(model)}\n`;
  if (head.dropped.length > 0) text += `  dropped ${describeDropped(head.dropped)}\n`;
  if (model.zeroTemplates.length > 0)
    text += `  zero    ${model.zeroTemplates.length} classes have a template of zeros and are in no measure\n`;
  for (const warning of model.warnings) text += `  ${colors.yellow('note')}    ${warning}\n`;
  for (const { id, title } of section.references) text += alignmentText(title, model.alignment[id]!, colors);
  if (section.references.length === 0)
    text += `  ${colors.dim('No class has a WordNet sense, so there is no semantic alignment; name the classes with --labels.')}\n`;
  return text;
}

function describeLabels({ labels }: ClassModel): string {
  if (labels.set === null) return 'none: the classes are only numbered';
  const order =
    labels.order === 'file'
      ? 'in the order of the file'
      : labels.order === labels.set
        ? ''
        : `in the order of ${labels.order}`;
  return [`${labels.set}${labels.assumed ? ' (assumed)' : ''}`, order].filter(Boolean).join(', ');
}

function describeDropped(dropped: ClassModel['head']['dropped']): string {
  const shown = dropped.slice(0, 5).map(({ row, reason }) => `row ${row} (${reason})`);
  return shown.join(', ') + (dropped.length > shown.length ? ` and ${dropped.length - shown.length} more` : '');
}

/** The three measures, each beside its chance level. */
function alignmentText(title: string, alignment: Alignment, colors: Colors): string {
  let text = `  ${colors.bold('SSAD')}    against ${title}, ${alignment.classes} classes\n`;
  if (alignment.reason) text += `          ${colors.yellow(alignment.reason)}\n`;
  const rows = (['cosine', 'spearman', 'kendall'] as const).map((measure) => {
    const chance = alignment.chance[measure];
    return [
      measure === 'spearman' ? 'Spearman ρ' : measure === 'kendall' ? 'Kendall τ-b' : 'cosine',
      alignment[measure] === null ? '–' : alignment[measure].toFixed(6),
      chance ? colors.dim(`${chance.mean.toFixed(4)} ± ${chance.sd.toFixed(4)}`) : '–',
      chance?.z === null || chance === null ? '–' : chance.z.toFixed(1),
    ];
  });
  return (
    text +
    formatTable(
      [
        { title: '' },
        { title: 'value', align: 'right' },
        { title: colors.dim('by chance'), align: 'right' },
        { title: 'z', align: 'right' },
      ],
      rows,
      '          ',
    )
  );
}

function rankingText(
  ranking: readonly RankingRow[],
  classes: readonly ClassRow[],
  section: ClassesSection,
  colors: Colors,
): string {
  const reference = section.references[0];
  const related = section.wordnet !== null;
  const seen = new Set<string>();
  const unique = ranking.filter((row) => {
    const key = [row.class, row.neighbour].sort((a, b) => a - b).join();
    return !seen.has(key) && seen.add(key);
  });
  const rows = unique
    .slice(0, PAIRS_SHOWN)
    .map((row) => [
      shortName(classes[row.class]!),
      shortName(classes[row.neighbour]!),
      row.similarity.toFixed(4),
      ...(reference ? [describeRank(row.referenceRank[reference.id])] : []),
      ...(related ? [describeRelation(row, colors)] : []),
    ]);
  const columns = [
    { title: colors.dim('class') },
    { title: colors.dim('closest neighbour') },
    { title: colors.dim('similarity'), align: 'right' as const },
    ...(reference
      ? [
          {
            title: colors.dim(reference.kind === 'wordnet' ? 'WordNet rank' : 'reference rank'),
            align: 'right' as const,
          },
        ]
      : []),
    ...(related ? [{ title: colors.dim('relation') }] : []),
  ];
  return `  ${colors.bold('pairs')}   the most similar of ${unique.length}\n${formatTable(columns, rows, '          ')}`;
}

function describeRank(rank: number | null | undefined): string {
  return rank === null || rank === undefined ? '–' : String(rank);
}

/** The most specific relation of a pair, or that WordNet has none that explains it. */
function describeRelation({ relations, explanation }: RankingRow, colors: Colors): string {
  if (explanation === null) return '–';
  if (explanation.labellingProblem)
    return colors.yellow(`${relations[0]!.kind.replaceAll('-', ' ')}, a labelling problem?`);
  if (explanation.kind === 'unexplained') return colors.yellow('unexplained');
  return explanation.kind === 'alike-in-rank' ? '' : explanation.kind.replaceAll('-', ' ');
}

/** The first of a class's names, short enough for a table. */
function shortName({ name }: ClassRow): string {
  const first = name.split(',')[0]!.trim();
  return first.length > 32 ? `${first.slice(0, 31)}…` : first;
}

function nsadText({ models, nsad }: ClassesSection, colors: Colors): string {
  let text = `${colors.bold('NSAD')}    how alike the networks' class similarities are\n`;
  const pairs = models.flatMap((a, i) => models.slice(i + 1).map((b, k) => ({ a, b, i, j: i + 1 + k })));
  const value = (measure: keyof typeof nsad, i: number, j: number): string => nsad[measure][i]![j]?.toFixed(6) ?? '–';
  const rows = pairs.map(({ a, b, i, j }) => [
    a.name,
    b.name,
    value('cosine', i, j),
    value('spearman', i, j),
    value('kendall', i, j),
  ]);
  const columns = ['', '', 'cosine', 'Spearman', 'Kendall'].map((title, k) => ({
    title: colors.dim(title),
    align: k < 2 ? ('left' as const) : ('right' as const),
  }));
  text += formatTable(columns, rows, '  ');
  return text;
}

function labelsText({ labels }: ClassesSection, colors: Colors): string {
  const without = labels.classes - labels.resolved;
  let text = `${colors.bold('classes')} ${labels.classes}`;
  if (labels.resolved > 0 && without > 0) text += `, ${without} without a WordNet sense (in no semantic measure)`;
  if (labels.ambiguous > 0)
    text += `, ${labels.ambiguous} with more than one possible sense (correct them in a labels file)`;
  return `${text}\n`;
}

/** What `semblance classes --class NAME` prints: one class's neighbours in every model, with WordNet's rank. */
export async function neighbourReport(
  manifest: StudyManifest,
  store: StudyStore,
  wanted: string,
  io: CliIo,
): Promise<string> {
  const section = manifest.instruments.classes!;
  const classes = await readStudyTable<ClassRow>(store, manifest, section.classes);
  const found = findClass(classes, wanted);
  const { colors } = io;
  const reference = section.references[0];
  const semantic = reference && (await readStudyMatrix(store, manifest, reference.matrix));
  let text = `${colors.bold(found.name)}  ${colors.dim(found.synset ?? 'no WordNet sense')}\n`;
  for (const model of section.models) {
    const matrix = await readStudyMatrix(store, manifest, model.matrix);
    const rows = neighbours(matrix, found.index, NEIGHBOURS_SHOWN).map((entry, i) => [
      String(i + 1),
      shortName(classes[entry.class]!),
      entry.similarity.toFixed(4),
      ...(semantic ? [describeRank(neighbourRank(semantic, found.index, entry.class))] : []),
    ]);
    const columns = ['#', model.name, 'similarity', ...(reference ? ['WordNet rank'] : [])].map((title, k) => ({
      title: k === 1 ? colors.bold(title) : colors.dim(title),
      align: k === 1 ? ('left' as const) : ('right' as const),
    }));
    text += `\n${rows.length === 0 ? `  ${model.name}: the class has a template of zeros\n` : formatTable(columns, rows, '  ')}`;
  }
  return text;
}

/** A class by WordNet id, by its whole name, by one of its names, else by part of one; several matches are listed. */
export function findClass(classes: readonly ClassRow[], wanted: string): ClassRow {
  const text = wanted.trim().toLowerCase();
  const names = (entry: ClassRow): string[] =>
    entry.name
      .toLowerCase()
      .split(',')
      .map((name) => name.trim());
  const steps: ((entry: ClassRow) => boolean)[] = [
    (entry) => entry.synset === text,
    (entry) => entry.name.toLowerCase() === text,
    (entry) => names(entry).includes(text),
    (entry) => entry.name.toLowerCase().includes(text),
  ];
  for (const matches of steps) {
    const found = classes.filter(matches);
    if (found.length === 1) return found[0]!;
    if (found.length > 1)
      throw new UsageError(`--class ${wanted}: ${found.length} classes match.`, {
        hint: `Give one by its id: ${found
          .slice(0, 6)
          .map((entry) => `${entry.synset ?? entry.index} (${shortName(entry)})`)
          .join(', ')}${found.length > 6 ? ' …' : ''}.`,
      });
  }
  throw new UsageError(`--class ${wanted}: no class has that name or id.`, {
    hint: `There are ${classes.length} classes, such as ${shortName(classes[0]!)}.`,
  });
}
