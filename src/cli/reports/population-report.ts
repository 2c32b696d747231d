import { withOneLineTexts } from '../../base/one-line.ts';
import {
  ALIGNMENT_MEASURE_LIST,
  type AlignmentMeasure,
} from '../../measures/class-similarity/alignment-measures/alignment-measures.ts';
import type { AccuracyBand } from '../../measures/class-similarity/population/at-accuracy.ts';
import type { TraitCorrelation } from '../../measures/class-similarity/population/trait-correlation.ts';
import type { Alignment, ClassesSection, ClassRow, RankingRow } from '../../study/classes-section.ts';
import type { StudyManifest } from '../../study/manifest.ts';
import type { PopulationSection } from '../../study/population-section.ts';
import { readStudyTable } from '../../study/read-study.ts';
import type { StudyStore } from '../../study/store.ts';
import type { CliIo, Colors } from '../terminal/io.ts';
import { formatTable, numberColumn } from '../terminal/table.ts';
import { findingsText } from './findings-report.ts';
import { shortClassNames } from './short-class-names.ts';
import { rankedAtAccuracy } from './training/accuracy-ranking.ts';

/** What `semblance classes population.yaml` prints: one row a model, then what the population tells as a whole. */
export async function populationReport(
  study: StudyManifest,
  store: StudyStore,
  folder: string,
  band: AccuracyBand | undefined,
  io: CliIo,
): Promise<string> {
  const manifest = withOneLineTexts(study);
  const section = manifest.instruments.classes!;
  const population = section.population!;
  const { colors } = io;
  let text = await findingsText(manifest, store, 'classes', io);
  text += `${colors.bold(population.name ?? manifest.name)}  ${section.models.length} of ${population.members.length} models\n\n`;
  text += `${await modelTable(section, population, manifest, store, colors)}\n`;
  for (const { name, error } of section.failed) text += `${colors.yellow('failed')}  ${name}: ${error.message}\n`;
  for (const model of section.models)
    for (const warning of model.warnings.filter((line) => !line.startsWith('Assumed')))
      text += `${colors.yellow('note')}    ${model.name}: ${warning}\n`;
  text += `\n${correlationText(population, colors)}\n${familyText(population, colors)}\n${groupsText(population, colors)}${histogramText(population, colors)}`;
  text += `\n${colors.bold('order')}   by average linkage on 1 − NSAD (Spearman): ${population.clustering.spearman.order.map((i) => section.models[i]!.name).join(', ')}\n`;
  if (band) text += `\n${bandText(section, population, band, colors)}`;
  return `${text}\n${colors.bold('study')}   ${folder}\n`;
}

async function modelTable(
  section: ClassesSection,
  population: PopulationSection,
  manifest: StudyManifest,
  store: StudyStore,
  colors: Colors,
): Promise<string> {
  const reference = section.references[0]?.id;
  const names = await shortClassNames(await readStudyTable<ClassRow>(store, manifest, section.classes));
  const rows = await Promise.all(
    section.models.map(async (model) => {
      const member = population.members.find((entry) => entry.model === model.id)!;
      const alignment = reference === undefined ? undefined : model.alignment[reference];
      const [first] = await readStudyTable<RankingRow>(store, manifest, model.ranking);
      const published = member.published;
      return [
        model.name,
        member.kind ?? '–',
        member.parameters === null ? '–' : `${(member.parameters / 1e6).toFixed(1)} M`,
        member.accuracy === null ? '–' : String(member.accuracy),
        ...ALIGNMENT_MEASURE_LIST.map(({ id: measure }) => {
          const value = withUncertainty(alignment, measure);
          const other = published?.[measure];
          return other === undefined ? value : `${value} ${colors.dim(`(${other})`)}`;
        }),
        alignment?.chance.cosine ? colors.dim(alignment.chance.cosine.mean.toFixed(3)) : '–',
        first ? `${names[first.class]!} – ${names[first.neighbour]!}` : '–',
      ];
    }),
  );
  const columns = [
    { title: colors.dim('model') },
    { title: colors.dim('kind') },
    ...['parameters', 'accuracy', ...ALIGNMENT_MEASURE_LIST.map(({ shortTitle }) => shortTitle), 'chance cosine'].map(
      (name) => numberColumn(colors.dim(name)),
    ),
    { title: colors.dim('most similar pair') },
  ];
  return formatTable(columns, rows, '  ');
}

/** A value with its 95 % interval and p-value where they were asked for. */
function withUncertainty(alignment: Alignment | undefined, measure: AlignmentMeasure): string {
  const value = alignment?.[measure]?.toFixed(3) ?? '–';
  const range = alignment?.interval?.[measure];
  const p = alignment?.mantel?.[measure];
  return `${value}${range ? ` [${range.low.toFixed(3)}, ${range.high.toFixed(3)}]` : ''}${p == null ? '' : ` p ${p.toPrecision(2)}`}`;
}

function correlationText({ correlations }: PopulationSection, colors: Colors): string {
  const cell = ({ spearman }: TraitCorrelation): string =>
    spearman ? `${spearman.value.toFixed(3)} (p ${spearman.p.toPrecision(2)})` : '–';
  const rows = correlations.flatMap((row) =>
    ALIGNMENT_MEASURE_LIST.map(({ id: measure, title: name }) => [
      row.group,
      String(row[measure].parameters.n),
      `SSAD ${name}`,
      cell(row[measure].parameters),
      cell(row[measure].accuracy),
    ]),
  );
  const columns = [
    { title: '' },
    numberColumn(colors.dim('n')),
    { title: '' },
    numberColumn(colors.dim('with size')),
    numberColumn(colors.dim('with accuracy')),
  ];
  return `${colors.bold('SSAD')}    Spearman correlation with the models' size and accuracy\n${formatTable(columns, rows, '  ')}`;
}

function familyText({ families }: PopulationSection, colors: Colors): string {
  const rows = ALIGNMENT_MEASURE_LIST.map(({ id: measure, title: name }) => {
    const { within, between, p } = families[measure];
    return [name, within?.mean.toFixed(4) ?? '–', between?.mean.toFixed(4) ?? '–', p === null ? '–' : p.toPrecision(2)];
  });
  const columns = [{ title: '' }, ...['within', 'between', 'p'].map((name) => numberColumn(colors.dim(name)))];
  return `${colors.bold('NSAD')}    mean within and between families\n${formatTable(columns, rows, '  ')}`;
}

/** NSAD between kinds of networks, and groups of any further column. */
function groupsText({ groups = [] }: PopulationSection, colors: Colors): string {
  return groups
    .map(({ column, names, models, means, contrast }) => {
      const pairs = names.flatMap((a, i) => names.slice(i).map((b, k) => ({ a, b, i, j: i + k })));
      const rows = pairs.map(({ a, b, i, j }) => [
        i === j ? `${a} (${models[i]})` : `${a} – ${b}`,
        String(means.spearman[i]![j]?.pairs ?? 0),
        ...ALIGNMENT_MEASURE_LIST.map(({ id: measure }) => means[measure][i]![j]?.mean.toFixed(4) ?? '–'),
      ]);
      const columns = [
        { title: '' },
        ...['pairs', ...ALIGNMENT_MEASURE_LIST.map(({ shortTitle }) => shortTitle)].map((name) =>
          numberColumn(colors.dim(name)),
        ),
      ];
      const { difference, p } = contrast.spearman;
      const tested =
        difference === null || p === null
          ? ''
          : `  within less between, Spearman: ${difference.toFixed(4)} (p ${p.toPrecision(2)})\n`;
      return `${colors.bold('NSAD')}    mean by ${column}, within and between\n${formatTable(columns, rows, '  ')}${tested}\n`;
    })
    .join('');
}

function histogramText({ histograms }: PopulationSection, colors: Colors): string {
  const { all, subtree } = histograms;
  const moments = ({ mean, sd }: { mean: number | null; sd: number | null }): string =>
    mean === null ? '–' : `${mean.toFixed(4)} ± ${sd?.toFixed(4) ?? '–'}`;
  const rows = ALIGNMENT_MEASURE_LIST.map(({ id: measure, title: name }) => [
    name,
    moments(all[measure]),
    ...(subtree ? [moments(subtree[measure])] : []),
  ]);
  const columns = [
    { title: '' },
    numberColumn(colors.dim('all classes')),
    ...(subtree ? [numberColumn(colors.dim(`${subtree.name} (${subtree.classes})`))] : []),
  ];
  return `${colors.bold('NSAD')}    of all pairs of networks, mean ± sd\n${formatTable(columns, rows, '  ')}`;
}

function bandText(section: ClassesSection, population: PopulationSection, band: AccuracyBand, colors: Colors): string {
  const ranked = rankedAtAccuracy(section, population, band);
  const title = `${colors.bold('choice')}  models of accuracy ${band.center} ± ${band.width}, by SSAD Spearman\n`;
  if (ranked.length === 0) return `${title}  none\n`;
  const rows = ranked.map(({ id, accuracy, alignment, tiedWith }, i) => [
    String(i + 1),
    section.models.find((model) => model.id === id)!.name,
    String(accuracy),
    alignment.toFixed(4),
    tiedWith.length === 0
      ? ''
      : `not distinguishable from #${placeRanges(tiedWith.map((other) => ranked.findIndex((row) => row.id === other) + 1))}`,
  ]);
  const columns = [
    numberColumn('#'),
    { title: '' },
    numberColumn(colors.dim('accuracy')),
    numberColumn(colors.dim('Spearman')),
    { title: '' },
  ];
  return title + formatTable(columns, rows, '  ');
}

/** Ascending places in short: 1, 2, 3, 5 as "1–3, 5". */
function placeRanges(places: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < places.length; i++) {
    const first = places[i]!;
    while (places[i + 1] === places[i]! + 1) i++;
    parts.push(first === places[i] ? String(first) : `${first}–${places[i]}`);
  }
  return parts.join(', ');
}
