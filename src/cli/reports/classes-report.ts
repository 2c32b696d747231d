import { withOneLineTexts } from '../../base/one-line.ts';
import { withoutSenses } from '../../findings/classes/without-senses.ts';
import {
  ALIGNMENT_MEASURE_LIST,
  ALIGNMENT_MEASURES,
  MAIN_MEASURE,
  MEASURE_TITLES,
} from '../../measures/class-similarity/alignment-measures/alignment-measures.ts';
import type {
  Alignment,
  ClassesSection,
  ClassModel,
  ClassRow,
  PairEvidence,
  RankingRow,
} from '../../study/classes-section.ts';
import type { StudyManifest } from '../../study/manifest.ts';
import { readStudyTable } from '../../study/read-study.ts';
import type { StudyStore } from '../../study/store.ts';
import type { CliIo, Colors } from '../terminal/io.ts';
import { formatTable, numberColumn } from '../terminal/table.ts';
import { cutsText } from './cuts-report.ts';
import { findingsText } from './findings-report.ts';
import { filterPairs, type PairFilter, uniquePairs } from './pair-filter.ts';
import { picturesText } from './pictures-report.ts';
import { predictionsText } from './predictions-report.ts';
import { shortClassNames } from './short-class-names.ts';
import { classesText } from './uncertain-classes.ts';

const PAIRS_SHOWN = 10;

/** What `semblance classes` prints for a person: each model's head, alignment and closest pairs, then NSAD. */
export async function classesReport(
  study: StudyManifest,
  store: StudyStore,
  folder: string,
  io: CliIo,
  filter?: PairFilter,
): Promise<string> {
  const manifest = withOneLineTexts(study);
  const section = manifest.instruments.classes!;
  const { colors } = io;
  const classes = withOneLineTexts(await readStudyTable<ClassRow>(store, manifest, section.classes));
  const names = await shortClassNames(classes);
  let text = await findingsText(manifest, store, 'classes', io);
  for (const model of section.models) {
    const ranking = await readStudyTable<RankingRow>(store, manifest, model.ranking);
    text += `${modelText(model, names, section, colors)}${rankingText(ranking, names, section, filter, colors)}\n`;
  }
  if (section.models.length > 1) text += `${nsadText(section, colors)}\n`;
  text += differencesText(section, colors);
  for (const { name, error } of section.failed)
    text += `${colors.yellow('failed')}  ${error.message.startsWith(name) ? '' : `${name}: `}${error.message}\n`;
  text += await classesText(section, classes, colors);
  if (section.pictures) text += await picturesText(section.pictures, names, manifest, store, colors);
  text += `${colors.bold('study')}   ${folder}\n`;
  return text;
}

function modelText(model: ClassModel, names: readonly string[], section: ClassesSection, colors: Colors): string {
  const { head } = model;
  let text = `${colors.bold(model.name)}  ${colors.dim(`${model.file}, ${model.format}`)}\n`;
  text += `  ${model.templates ? 'layer ' : 'head  '}  ${head.tensor}, ${head.classes} classes × ${head.features} features ${colors.dim(`(${head.reason})`)}\n`;
  for (const { tensor, shape, reason } of head.rejected.slice(0, 3))
    text += colors.dim(`          not ${tensor} ${shape.join('×')}: ${reason}\n`);
  text += `  labels  ${describeLabels(model)}\n`;
  if (head.dropped.length > 0) text += `  dropped ${describeDropped(head.dropped)}\n`;
  if (model.zeroTemplates.length > 0 && !model.templates)
    text += `  zero    ${describeZero(model.zeroTemplates, names)}\n`;
  for (const warning of model.warnings) text += `  ${colors.yellow('note')}    ${warning}\n`;
  for (const { id, title, embeddings } of section.references) {
    text += alignmentText(title, model.alignment[id]!, colors);
    if (embeddings) text += ceilingText(embeddings, model.alignment[id]!, colors);
    text += cutsText(model.alignment[id]!, colors);
  }
  if (model.templates?.agreement) text += agreementText(model, model.templates.agreement, section, colors);
  if (model.templates?.predictions) text += predictionsText(model.templates.predictions, colors);
  if (section.references.length === 0)
    text += `  ${colors.dim(`There is no semantic alignment: ${withoutSenses(section)}`)}\n`;
  return text;
}

/** The mean alignment with each of several embeddings between the ends of what a perfect model would reach. */
function ceilingText(
  { shared, ceiling }: NonNullable<ClassesSection['references'][number]['embeddings']>,
  { embeddings }: Alignment,
  colors: Colors,
): string {
  const unknown = shared.unknown > 0 ? `; ${shared.unknown} concepts have no id of WordNet 3.0` : '';
  if (!ceiling) return colors.dim(`          no noise ceiling: one embedding${unknown}\n`);
  const number = (value: number | null | undefined): string => value?.toFixed(4) ?? '–';
  const rows = ALIGNMENT_MEASURE_LIST.map(({ id, title }) => [
    title,
    number(embeddings?.[id]),
    `${number(ceiling[id].lower)} … ${number(ceiling[id].upper)}`,
  ]);
  const columns = [
    { title: '' },
    numberColumn(`mean over the ${ceiling.embeddings} embeddings`),
    numberColumn('noise ceiling of that'),
  ];
  return `${formatTable(columns, rows, '          ')}${colors.dim(unknown && `          ${unknown.slice(2)}\n`)}`;
}

/** How far mean features and classifier weights of one network tell the same similarity of classes. */
function agreementText(
  { id, templates }: ClassModel,
  { cosine, chance, classes }: NonNullable<NonNullable<ClassModel['templates']>['agreement']>,
  { models, nsad }: ClassesSection,
  colors: Colors,
): string {
  const at = (wanted: string | null | undefined): number => models.findIndex((model) => model.id === wanted);
  const rank = nsad.spearman[at(templates?.weights)]?.[at(id)];
  const level = chance
    ? colors.dim(` (by chance ${chance.mean.toFixed(4)} ± ${chance.sd.toFixed(4)}, z ${chance.z?.toFixed(1) ?? '–'})`)
    : '';
  return `  ${colors.bold('agrees')}  with the weights: SAI(NCSM, TNCSM) ${cosine?.toFixed(4) ?? '–'}${level}, Spearman ρ ${rank?.toFixed(4) ?? '–'}, ${classes} classes\n`;
}

function describeZero(zero: readonly number[], names: readonly string[]): string {
  const listed = zero.slice(0, 5).map((index) => names[index]!);
  const which = listed.join(', ') + (zero.length > listed.length ? ` and ${zero.length - listed.length} more` : '');
  return `${which}: a template of zeros has no direction, so ${zero.length === 1 ? 'this class is' : 'these classes are'} in no measure`;
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

/** The three measures, each beside its chance level, with interval and p-value where they were asked for. */
function alignmentText(title: string, alignment: Alignment, colors: Colors): string {
  const { chance, interval, mantel } = alignment;
  let text = `  ${colors.bold('SSAD')}    against ${title}, ${alignment.classes} classes\n`;
  if (alignment.reason) text += `          ${colors.yellow(alignment.reason)}\n`;
  const rows = ALIGNMENT_MEASURE_LIST.map(({ id: measure, title: name }) => {
    const value = alignment[measure];
    const level = chance[measure];
    const range = interval?.[measure];
    const p = mantel?.[measure];
    return [
      name,
      value === null ? '–' : value.toFixed(6),
      ...(interval ? [range ? `${range.low.toFixed(4)} … ${range.high.toFixed(4)}` : '–'] : []),
      level ? colors.dim(`${level.mean.toFixed(4)} ± ${level.sd.toFixed(4)}`) : '–',
      level?.z == null ? '–' : zText(level.z, level.sdError),
      ...(mantel ? [p == null ? '–' : p.toPrecision(2)] : []),
    ];
  });
  const titles = [
    'value',
    ...(interval ? ['95 % interval'] : []),
    colors.dim('by chance'),
    'z',
    ...(mantel ? ['Mantel p'] : []),
  ];
  const columns = [{ title: '' }, ...titles.map((name) => ({ title: name, align: 'right' as const }))];
  return text + formatTable(columns, rows, '          ');
}

/** z, with its standard error where the deviation is an estimate. */
export function zText(z: number, sdError = 0): string {
  return sdError > 0 ? `${z.toFixed(1)} ± ${Number(Math.abs(z * sdError).toPrecision(1))}` : z.toFixed(1);
}

function rankingText(
  ranking: readonly RankingRow[],
  names: readonly string[],
  section: ClassesSection,
  filter: PairFilter | undefined,
  colors: Colors,
): string {
  const reference = section.references[0];
  const related = section.wordnet !== null;
  const unique = uniquePairs(filterPairs(ranking, filter));
  const rows = unique
    .slice(0, PAIRS_SHOWN)
    .map((row) => [
      names[row.class]!,
      names[row.neighbour]!,
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
  const shown = `${rows.length < unique.length ? `the first ${rows.length} of ` : ''}${unique.length}`;
  const title = filter === undefined ? `the most similar of ${unique.length}` : `${filter}: ${shown}`;
  return `  ${colors.bold('pairs')}   ${title}\n${formatTable(columns, rows, '          ')}`;
}

export function describeRank(rank: number | null | undefined): string {
  return rank === null || rank === undefined ? '–' : String(rank);
}

/** The most specific relation of a pair, or that WordNet has none that explains it. */
function describeRelation({ relations, explanation, evidence }: RankingRow, colors: Colors): string {
  if (explanation === null) return '–';
  if (explanation.labellingProblem)
    return colors.yellow(`${relations[0]!.kind.replaceAll('-', ' ')}, a labelling problem?`);
  if (evidence) return colors.yellow(evidenceText(evidence));
  if (explanation.kind === 'unexplained') return colors.yellow('unexplained');
  return explanation.kind === 'alike-in-rank' ? '' : explanation.kind.replaceAll('-', ' ');
}

/** What pictures say of an unexplained pair, with the figure behind it. */
function evidenceText({ verdict, directions, duplicates, featureRank }: PairEvidence): string {
  if (verdict === 'filed-twice') return `same pictures filed twice (${duplicates})`;
  if (verdict === 'look-alike') return `look alike${featureRank === null ? '' : ` (rank ${featureRank} by features)`}`;
  const [first] = [...directions].sort((a, b) => b.low - a.low);
  const often = first
    ? `: in the top 5 of ${Math.round(100 * first.share)} %, base ${Math.round(100 * first.base)} %, ratio ${first.ratio.toFixed(1)} (${first.low.toFixed(1)}–${first.high.toFixed(1)})`
    : ': too few pictures';
  return `${verdict === 'seen-together' ? 'seen together' : 'still unexplained'}${often}`;
}

/** Whether the models' alignments differ by more than the bootstrap of their difference; empty without --ci. */
function differencesText({ models, references, differences }: ClassesSection, colors: Colors): string {
  const nameOf = (id: string): string => models.find((model) => model.id === id)!.name;
  const rows = differences
    .filter(({ measure, reference }) => measure === MAIN_MEASURE && reference === references[0]?.id)
    .map(({ a, b, difference, low, high, distinguishable }) => [
      `${nameOf(a)} − ${nameOf(b)}`,
      difference.toFixed(4),
      `${low.toFixed(4)} … ${high.toFixed(4)}`,
      distinguishable ? '' : 'not distinguishable',
    ]);
  if (rows.length === 0) return '';
  const columns = ['', 'difference', '95 % interval', ''].map((title, k) => ({
    title: colors.dim(title),
    align: k === 1 || k === 2 ? ('right' as const) : ('left' as const),
  }));
  return `${colors.bold('differences')}  of SSAD ${MEASURE_TITLES[MAIN_MEASURE]}, paired\n${formatTable(columns, rows, '  ')}\n`;
}

function nsadText({ models, nsad }: ClassesSection, colors: Colors): string {
  let text = `${colors.bold('NSAD')}    how alike the networks' class similarities are\n`;
  const pairs = models.flatMap((a, i) => models.slice(i + 1).map((b, k) => ({ a, b, i, j: i + 1 + k })));
  const value = (measure: keyof typeof nsad, i: number, j: number): string => nsad[measure][i]![j]?.toFixed(6) ?? '–';
  const rows = pairs.map(({ a, b, i, j }) => [
    a.name,
    b.name,
    ...ALIGNMENT_MEASURES.map((measure) => value(measure, i, j)),
  ]);
  const columns = ['', '', ...ALIGNMENT_MEASURE_LIST.map(({ shortTitle }) => shortTitle)].map((title, k) => ({
    title: colors.dim(title),
    align: k < 2 ? ('left' as const) : ('right' as const),
  }));
  text += formatTable(columns, rows, '  ');
  return text;
}
