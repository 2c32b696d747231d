import { withOneLineTexts } from '../../base/one-line.ts';
import type { ConceptsSection, ShortlistRow } from '../../study/concepts-section.ts';
import type { StudyManifest } from '../../study/manifest.ts';
import { readStudyTable } from '../../study/read-study.ts';
import type { StudyStore } from '../../study/store.ts';
import type { CliIo, Colors } from '../terminal/io.ts';
import { formatTable, numberCell, numberColumn } from '../terminal/table.ts';
import { comparedText, interval, warningsText } from './concepts-parts.ts';
import { coveredText } from './covered-text.ts';
import { findingsText } from './findings-report.ts';

/** Concepts of the shortlist that are named. */
const LISTED = 5;

/** What `semblance concepts` prints for a person. */
export async function conceptsReport(
  study: StudyManifest,
  store: StudyStore,
  folder: string,
  io: CliIo,
): Promise<string> {
  const manifest = withOneLineTexts(study);
  const { colors } = io;
  const section = manifest.instruments.concepts!;
  let text = await findingsText(manifest, store, 'concepts', io);
  text += comparedText(section, 'pair', colors);
  text += summaryText(section, colors);
  text += classesText(section, colors);
  text += performanceText(section, colors);
  text += layerMapText(section, colors);
  text += sweepText(section, colors);
  text += shortlistText(await readStudyTable<ShortlistRow>(store, manifest, section.shortlist), section, colors);
  text += coveredText(section, colors);
  return `${text}${colors.bold('study')}    ${folder}\n`;
}

/** Does falling short of a concept go with a change of activations and answers? */
function effectsText({ models, summary }: Pick<ConceptsSection, 'models' | 'summary'>, colors: Colors): string {
  const rows = summary.models.flatMap(({ effects }, m) =>
    (['l2', 'kl'] as const).flatMap((measure) => {
      const effect = effects?.[measure];
      if (!effect || effect.raw.concepts === 0) return [];
      const { raw, byImportance } = effect;
      return [
        [
          `${models[m]!.name} by ${models[1 - m]!.name}, ${measure === 'l2' ? 'ΔL2' : 'ΔKL'}`,
          numberCell(raw.pearson),
          numberCell(raw.slope),
          numberCell(byImportance.pearson),
          numberCell(byImportance.slope),
          String(raw.concepts),
        ],
      ];
    }),
  );
  if (rows.length === 0) return '';
  const titles = ['r', 'slope', 'r by importance', 'slope', 'concepts'];
  return `\n${colors.bold('effect of what is not shared')}  ${colors.dim('replacement beyond its ceiling on ΔPearson, similarity less ceiling; negative: the less is shared, the more it changes')}\n${formatTable([{ title: '' }, ...titles.map((title) => numberColumn(colors.dim(title)))], rows, '  ')}`;
}

function summaryText({ models, summary }: ConceptsSection, colors: Colors): string {
  const rows = summary.models.flatMap((own, m) => {
    const [name, other] = [models[m]!.name, models[1 - m]!.name];
    const line = (what: string, part: typeof own.cross, nulls: readonly string[]) => [
      what,
      interval(part.mean),
      numberCell(part.median),
      interval(part.weightedMean),
      numberCell(part.weightedMedian),
      ...nulls,
    ];
    return [
      line(`${name} by ${other}`, own.cross, [numberCell(own.null.shuffled), numberCell(own.null.randomNetwork)]),
      line(colors.dim(`${name} by itself`), own.self, ['', '']),
    ];
  });
  const titles = ['mean', 'median', 'weighted mean', 'weighted median', 'shuffled', 'random net'];
  let text = `\n${colors.bold('similarity of concepts')}  ${colors.dim(`${Math.round(summary.level * 100)} % intervals over images; the second line is the ceiling, the last columns are chance`)}\n`;
  text += formatTable([{ title: '' }, ...titles.map((title) => numberColumn(colors.dim(title)))], rows, '  ');
  text += `  score of the pair ${interval(summary.score)}, MMCS ${numberCell(summary.maxSimilarity)}, CKA ${numberCell(summary.cka.biased)} (unbiased ${numberCell(summary.cka.unbiased)})\n`;
  text += effectsText({ models, summary }, colors);
  const groups = summary.models.map(({ concepts, missing, constantPredictions, groups: of, bySimilarity }, m) => [
    models[m]!.name,
    String(concepts),
    ...(of
      ? [of['low-high'], of['low-low'], of['high-high'], of['high-low']].map(String)
      : // Without importance both columns of a kind are one.
        ['–', `${bySimilarity?.low ?? '–'} in all`, '–', `${bySimilarity?.high ?? '–'} in all`]),
    String(missing),
    String(constantPredictions),
  ]);
  const names = [
    'concepts',
    'unshared, matters',
    'unshared, minor',
    'shared, matters',
    'shared, minor',
    'missing',
    'not predictable',
  ];
  text += `\n${colors.bold('groups')}  ${colors.dim(`similarity below ${numberCell(summary.thresholds.similarity, 2)} is unshared, importance above ${numberCell(summary.thresholds.importance)} matters`)}\n`;
  return text + formatTable([{ title: '' }, ...names.map((title) => numberColumn(colors.dim(title)))], groups, '  ');
}

function classesText({ models, classes }: ConceptsSection, colors: Colors): string {
  const mean = (owner: ConceptsSection['classes'][number]['models'][number], way: 'cross' | 'self'): string => {
    const values = owner?.concepts.flatMap(({ similarity }) => similarity[way].pearson.value ?? []) ?? [];
    return values.length > 0 ? numberCell(values.reduce((sum, value) => sum + value, 0) / values.length) : '–';
  };
  const lowest = (owner: ConceptsSection['classes'][number]['models'][number]): string => {
    const values = owner?.concepts.flatMap(({ similarity }) => similarity.cross.pearson.value ?? []) ?? [];
    return values.length > 0 ? numberCell(Math.min(...values)) : '–';
  };
  const rows = classes.map(({ name, fitImages, evaluationImages, models: owners, accuracy }) => [
    name.split(',')[0]!,
    `${fitImages.length}+${evaluationImages.length}`,
    ...owners.flatMap((owner) => [mean(owner, 'cross'), mean(owner, 'self'), lowest(owner)]),
    ...accuracy.map((value) => numberCell(value, 2)),
  ]);
  const titles = [
    'images',
    ...models.flatMap(({ name }) => [`${name} mean`, 'ceiling', 'lowest']),
    ...models.map(({ name }) => `accuracy ${name}`),
  ];
  let text = `\n${colors.bold('classes')}  ${colors.dim('images of fit + evaluation')}\n`;
  text += formatTable([{ title: '' }, ...titles.map((title) => numberColumn(colors.dim(title)))], rows, '  ');
  return text + warningsText(classes, colors);
}

function performanceText({ models, performance }: ConceptsSection, colors: Colors): string {
  if (!performance) return '';
  const rows = performance.models.map(({ similarity, importance }, m) => [
    `concepts of ${models[m]!.name}`,
    interval(similarity.pearson, 2),
    interval(importance.pearson, 2),
    String(similarity.classes),
  ]);
  const titles = ['mean similarity', 'importance of the unshared', 'classes'];
  return `\n${colors.bold('does it explain accuracy?')}  ${colors.dim(`correlation over classes with accuracy of ${models[0].name} minus ${models[1].name}`)}\n${formatTable(
    [{ title: '' }, ...titles.map((title) => numberColumn(colors.dim(title)))],
    rows,
    '  ',
  )}`;
}

function layerMapText({ layerMap, models }: ConceptsSection, colors: Colors): string {
  if (!layerMap) return '';
  const rows = layerMap.layers[0].map((name, i) => [name, ...layerMap.both[i]!.map((value) => numberCell(value, 2))]);
  const columns = layerMap.layers[1].map((_, j) => numberColumn(colors.dim(String(j + 1))));
  const names = layerMap.layers[1].map((name, j) => `${j + 1} ${name}`).join(', ');
  return `\n${colors.bold('layers against layers')}  ${colors.dim(`MMCS, ${models[0].name} in rows, ${models[1].name} in columns: ${names}`)}\n${formatTable([{ title: '' }, ...columns], rows, '  ')}`;
}

function sweepText({ sweeps, models }: ConceptsSection, colors: Colors): string {
  if (!sweeps) return '';
  const pair = (values: readonly (number | null)[], digits = 3): string[] =>
    values.map((value) => numberCell(value, digits));
  const components = sweeps.components.map(({ nComponents, models: of }) => [
    `k ${nComponents}`,
    ...of.flatMap(({ cross, self, relativeError, stability }) => pair([cross, self, relativeError, stability])),
  ]);
  const alphas = sweeps.alpha.map(({ alpha, models: of }) => [
    `alpha ${alpha}`,
    ...of.flatMap(({ cross, self, features }) => [...pair([cross, self]), numberCell(features, 1)]),
  ]);
  const columns = (titles: readonly string[]) => [
    { title: '' },
    ...models.flatMap(({ name }) =>
      titles.map((title, i) => numberColumn(colors.dim(i === 0 ? `${name} ${title}` : title))),
    ),
  ];
  return `\n${colors.bold('other choices')}  ${colors.dim('held-out folds of the fit images')}\n${formatTable(columns(['similarity', 'ceiling', 'error', 'stability']), components, '  ')}${formatTable(columns(['similarity', 'ceiling', 'features']), alphas, '  ')}`;
}

function shortlistText(shortlist: readonly ShortlistRow[], section: ConceptsSection, colors: Colors): string {
  const names = new Map(section.classes.map(({ id, name }) => [id, name.split(',')[0]!]));
  const rows = ([0, 1] as const).flatMap((m) =>
    shortlist
      .filter(({ model }) => model === m)
      .slice(0, LISTED)
      .map(({ class: id, concept, similarity, self, importance }) => [
        `${section.models[m].name}, ${names.get(id)}, concept ${concept}`,
        numberCell(similarity),
        numberCell(self),
        numberCell(importance),
      ]),
  );
  const titles = ['similarity', 'ceiling', 'importance'];
  return `\n${colors.bold('least shared of what matters')}\n${formatTable([{ title: '' }, ...titles.map((title) => numberColumn(colors.dim(title)))], rows, '  ')}\n`;
}
