import { withOneLineTexts } from '../../base/one-line.ts';
import { matchingName } from '../../measures/representations/matching/matching-methods.ts';
import type { StudyManifest } from '../../study/manifest.ts';
import type { IdentifiedShare } from '../../study/parts/layer-identification.ts';
import type {
  InvarianceResult,
  LayerComparison,
  RepresentationLayerEntry,
  RepresentationModelEntry,
  RepresentationsSection,
} from '../../study/representations-section.ts';
import type { StudyStore } from '../../study/store.ts';
import type { CliIo, Colors } from '../terminal/io.ts';
import { formatTable, numberCell, numberColumn } from '../terminal/table.ts';
import { findingsText } from './findings-report.ts';
import { otherMeasuresText } from './other-measures-report.ts';
import { sampledText } from './sampled-report.ts';

/** Images left out are named up to this many. */
const LISTED = 5;

/** What `semblance representations` prints for a person. */
export async function representationsReport(
  study: StudyManifest,
  store: StudyStore,
  folder: string,
  io: CliIo,
): Promise<string> {
  const manifest = withOneLineTexts(study);
  const { colors } = io;
  const section = manifest.instruments.representations!;
  let text = await findingsText(manifest, store, 'representations', io);
  text += `${colors.bold('images')}  ${section.imageCount}${skippedText(section, colors)}\n`;
  text += setsText(section, colors);
  text += `${colors.bold('matching')} ${section.method === 'auto' ? 'optimal, or batch-optimal where a layer has many positions' : section.method}, centring ${section.centring}${section.retrievalSets && section.centring !== 'none' ? ' by the mean of the database' : ''}\n\n`;
  for (const model of section.models) {
    text += modelText(model, colors);
    for (const layer of model.layers) text += layerText(layer, section, colors);
    text += '\n';
  }
  if (section.comparison && section.comparison.layers.length > 1)
    text += comparisonText(section.comparison, section, colors);
  if (section.comparison) text += identificationText(section.comparison, section, colors);
  if (section.comparison?.also)
    text += otherMeasuresText(
      section.comparison.also,
      section.comparison.layers.map((layer) => layerName(layer, section)),
      section.models.map(({ name }) => name),
      colors,
    );
  if (section.sampled) text += sampledText(section.sampled, section, colors);
  if (section.invariance) text += invarianceText(section.invariance, section, colors);
  return `${text}${colors.bold('study')}   ${folder}\n`;
}

function skippedText({ skipped }: RepresentationsSection, colors: Colors): string {
  if (skipped.length === 0) return '';
  const lines = skipped.slice(0, LISTED).map(({ reason }) => `\n        ${colors.yellow('left out')} ${reason}`);
  const more = skipped.length > LISTED ? `\n        and ${skipped.length - LISTED} more` : '';
  return `, ${skipped.length} left out${lines.join('')}${more}`;
}

/** Queries and database where they are apart. */
function setsText({ retrievalSets }: RepresentationsSection, colors: Colors): string {
  if (!retrievalSets) return '';
  const { queries, database, neither, copies } = retrievalSets;
  const rest = neither > 0 ? `, ${neither.toLocaleString('en')} neither` : '';
  let text = `${colors.bold('search')}  ${queries.toLocaleString('en')} ${queries === 1 ? 'query' : 'queries'} in a database of ${database.toLocaleString('en')}${rest}\n`;
  if (copies > 0)
    text += `        ${colors.yellow('note')} the same picture as ${copies === 1 ? 'one query is' : `${copies.toLocaleString('en')} queries are`} in the database; it is not found for ${copies === 1 ? 'it' : 'them'}\n`;
  return text;
}

function modelText(model: RepresentationModelEntry, colors: Colors): string {
  let text = `${colors.bold(model.name)}  ${colors.dim(`${model.file}, ${model.runtime ?? model.format}`)}\n`;
  if (model.preprocessing) text += `  input   ${describePreprocessing(model)}\n`;
  for (const warning of model.warnings) text += `  ${colors.yellow('note')}    ${warning}\n`;
  return text;
}

function describePreprocessing({ preprocessing, preprocessingFrom }: RepresentationModelEntry): string {
  const { resize, crop, mean, std } = preprocessing as {
    resize: { shorterSide: number } | { height: number; width: number } | null;
    crop: { height: number; width: number } | null;
    mean: number[];
    std: number[];
  };
  const parts = [
    resize && ('shorterSide' in resize ? `shorter side ${resize.shorterSide}` : `${resize.height}×${resize.width}`),
    crop && `crop ${crop.height}×${crop.width}`,
    `mean ${mean.join(' ')}`,
    `std ${std.join(' ')}`,
  ];
  return `${parts.filter(Boolean).join(', ')} (${preprocessingFrom})`;
}

function layerText(layer: RepresentationLayerEntry, { options }: RepresentationsSection, colors: Colors): string {
  const grid = layer.extent ? `${layer.extent.height}×${layer.extent.width}` : `${layer.positions}`;
  const dropped = layer.droppedTokens > 0 ? `, ${layer.droppedTokens} token(s) before the patches left out` : '';
  const { features } = layer;
  const size = layer.layout === 'nd' ? 'one vector an image, ' : `${grid} positions × `;
  let text = `  ${colors.bold(layer.name)}  ${colors.dim(`${size}${layer.channels} channels${layer.layout === 'nhwc' ? ', channels last' : ''}${dropped}`)}\n`;
  const { biased, unbiased } = layer.semanticSpatialCka;
  if (layer.layout === 'nd') text += '    no places to match: semantic and spatial similarity are the same\n';
  else text += `    CKA of semantic with spatial ${numberCell(biased)} (unbiased ${numberCell(unbiased)})\n`;
  if (layer.method === 'batch-optimal' && options.method === 'auto')
    text += `    ${colors.yellow('note')} matched by batch-optimal in windows of ${Number(options.batchSize).toLocaleString('en')}, the default for so many positions (--method optimal is exact)\n`;
  text += boundsText(layer, colors);
  if (features?.images)
    text += `    features kept of ${features.images.length} images only; other pairs cannot be opened (--pair-features)\n`;
  else if (features === null && layer.layout !== 'nd')
    text += `    no features kept; only pairs that were retrieved can be opened (--pair-features)\n`;
  if (layer.outputSimilarity) {
    const isVector = layer.layout === 'nd';
    const rows = Object.entries(layer.outputSimilarity).map(([kernel, { semantic, spatial }]) => [
      kernel,
      ...(isVector ? [semantic.pearson] : [spatial.pearson, semantic.pearson]).map((r) => numberCell(r)),
      ...(isVector ? [semantic.spearman] : [spatial.spearman, semantic.spearman]).map((r) => numberCell(r)),
    ]);
    const titles = isVector ? ['Pearson', 'Spearman'] : ['Pearson spatial', 'semantic', 'Spearman spatial', 'semantic'];
    const columns = titles.map((title) => numberColumn(colors.dim(title)));
    text += `    correlation with the divergence of outputs (more negative: more alike inside, more alike answers)\n`;
    text += formatTable([{ title: '' }, ...columns], rows, '      ');
  }
  text += retrievalText(layer, colors);
  text += approximationText(layer, colors);
  return text;
}

/** How near cheaper matchings come to the optimum, on which pairs, and what each takes. */
function approximationText({ approximation, approximationPairs }: RepresentationLayerEntry, colors: Colors): string {
  const notes = (approximationPairs?.notes ?? []).map((note) => `    ${colors.yellow('note')} ${note}\n`).join('');
  if (approximation.length === 0) return notes;
  const { used, of, asked, optimalTime } = approximationPairs ?? { used: approximation[0]!.pairs };
  const isTimed = typeof optimalTime === 'number';
  const rows = approximation.map(({ method, size, aggregate, quantiles, time }) => [
    matchingName(method, size),
    numberCell(aggregate),
    quantiles ? `${numberCell(quantiles[1])} … ${numberCell(quantiles[3])}` : '–',
    quantiles ? `${numberCell(quantiles[0])} … ${numberCell(quantiles[4])}` : '–',
    ...(isTimed ? [numberCell(time ?? null)] : []),
  ]);
  if (isTimed) rows.push(['optimal', numberCell(1), '–', '–', numberCell(optimalTime)]);
  const titles = ['together', 'middle half of pairs', 'worst … best', ...(isTimed ? ['ms a pair (median)'] : [])];
  const columns = [{ title: '' }, ...titles.map((title) => numberColumn(colors.dim(title)))];
  const all = of === undefined ? '' : ` of ${of.toLocaleString('en')}`;
  const fewer =
    asked === null && of !== undefined && used < of
      ? ' (--approximation for more)'
      : asked !== null && asked !== undefined && used < asked
        ? `, which are all; ${asked.toLocaleString('en')} were asked for`
        : '';
  return `    share of the optimal matching, ${used.toLocaleString('en')}${all} pairs${fewer}\n${formatTable(columns, rows, '      ')}${notes}`;
}

/** How near the bounds of matching by prototypes are. */
function boundsText({ bounds }: RepresentationLayerEntry, colors: Colors): string {
  if (!bounds) return '';
  const { gap, prototypes, pairs, within, median, largest } = bounds;
  const percent = (share: number | null): string => (share === null ? '–' : `${numberCell(100 * share, 1)} %`);
  let text = `    semantic similarity is that of one matching; the best is at most ${percent(median)} (median), ${percent(largest)} (largest) of its bound above\n`;
  if (within < pairs)
    text += `    ${colors.yellow('note')} ${(pairs - within).toLocaleString('en')} of ${pairs.toLocaleString('en')} pairs ended at ${prototypes.toLocaleString('en')} prototypes with a gap above ${percent(gap)} (--prototypes, --gap)\n`;
  return text;
}

function retrievalText({ retrieval, layout }: RepresentationLayerEntry, colors: Colors): string {
  const names = {
    precisionAt1: 'precision@1',
    precisionAtK: 'precision@k',
    f1: 'F1@1',
    f1Best: 'best F1 of k',
    iou: 'IoU@1',
  } as const;
  const shown = (Object.keys(names) as (keyof typeof names)[]).filter((name) => retrieval.some((entry) => entry[name]));
  if (shown.length === 0) return '';
  const entryNames = retrieval.map(({ by, kernel }) =>
    by === 'average'
      ? 'pooled average'
      : by === 'first'
        ? 'CLS token'
        : layout === 'nd'
          ? `${kernel}`
          : `${by} ${kernel}`,
  );
  const rows = retrieval.map((entry, e) => [
    entryNames[e]!,
    ...shown.map((name) => {
      const score = entry[name];
      return score ? `${numberCell(score.mean)} (${numberCell(score.low)} … ${numberCell(score.high)})` : '–';
    }),
  ]);
  const columns = [{ title: '' }, ...shown.map((name) => numberColumn(colors.dim(names[name])))];
  return `    retrieval, 95 % intervals over queries\n${formatTable(columns, rows, '      ')}${sweepText(entryNames, retrieval, colors)}`;
}

/** The first find by the size of the database. */
function sweepText(names: readonly string[], retrieval: RepresentationLayerEntry['retrieval'], colors: Colors): string {
  const sizes = retrieval[0]?.sweep.map(({ size }) => size) ?? [];
  if (sizes.length === 0) return '';
  const hasCounts = retrieval.some(({ sweep }) => sweep.some(({ iou }) => iou !== undefined));
  const columns = [{ title: '' }, ...sizes.map((size) => numberColumn(colors.dim(size.toLocaleString('en'))))];
  const table = (pick: (step: (typeof retrieval)[number]['sweep'][number]) => number | undefined): string =>
    formatTable(
      columns,
      retrieval.map(({ sweep }, e) => [names[e]!, ...sweep.map((step) => numberCell(pick(step) ?? null))]),
      '      ',
    );
  return `    ${hasCounts ? 'F1@1' : 'precision@1'} by size of the database\n${table(({ score }) => score?.mean)}${hasCounts ? `    IoU@1 by size of the database\n${table(({ iou }) => iou?.mean)}` : ''}`;
}

function comparisonText(comparison: LayerComparison, section: RepresentationsSection, colors: Colors): string {
  const n = comparison.layers.length;
  const { cka, title: ckaTitle } = shownCka(comparison, section);
  const rows = comparison.layers.flatMap((a, i) =>
    comparison.layers.slice(i + 1, n).map((b, d) => {
      const j = i + 1 + d;
      const pick = (sides: { semantic: (number | null)[][]; spatial: (number | null)[][] }): string[] => [
        numberCell(sides.spatial[i]![j]),
        numberCell(sides.semantic[i]![j]),
      ];
      return [
        layerName(a, section),
        layerName(b, section),
        ...pick(cka),
        ...pick(comparison.rsa),
        ...(comparison.mutualNeighbours ? pick(comparison.mutualNeighbours) : []),
      ];
    }),
  );
  const titles = [
    'CKA spatial',
    'semantic',
    `RSA spatial`,
    'semantic',
    ...(comparison.mutualNeighbours ? ['kNN spatial', 'semantic'] : []),
  ];
  const columns = [{ title: '' }, { title: '' }, ...titles.map((title) => numberColumn(colors.dim(title)))];
  const chance = comparison.mutualNeighbours ? `, kNN by chance ${numberCell(comparison.mutualNeighbours.chance)}` : '';
  return `${colors.bold('layers against layers')}  ${colors.dim(`${comparison.kernel} kernel, CKA ${ckaTitle}, RSA ${comparison.rsa.measure}${chance}`)}\n${formatTable(columns, rows, '  ')}\n`;
}

/** Whether layers are found again in other models of the same architecture, by each CKA. */
function identificationText(
  { identification = [] }: LayerComparison,
  { models }: RepresentationsSection,
  colors: Colors,
) {
  const titles = { cka: 'CKA biased', ckaUnbiased: 'CKA unbiased', ckaMinibatch: 'CKA from batches' } as const;
  const cell = (found: IdentifiedShare | null): string => {
    if (!found) return '–';
    const { value, low, high } = found;
    return low === null || high === null
      ? numberCell(value)
      : `${numberCell(value)} (${numberCell(low)} … ${numberCell(high)})`;
  };
  return identification
    .map((group) => {
      const names = group.models.map((id) => models.find((model) => model.id === id)!.name).join(', ');
      const rows = (Object.keys(titles) as (keyof typeof titles)[]).flatMap((measure) => {
        const sides = group.measures[measure];
        return sides ? [[titles[measure], cell(sides.spatial), cell(sides.semantic), cell(sides.difference)]] : [];
      });
      const intervals =
        group.pairs === 1
          ? 'one pair of models has no interval'
          : `intervals over ${group.pairs} pairs of models, none where all pairs agree`;
      const columns = [
        { title: '' },
        ...['spatial', 'semantic', 'difference'].map((title) => numberColumn(colors.dim(title))),
      ];
      return `${colors.bold('layers found again')}  ${colors.dim(`share of ${group.layers} layers whose most similar layer in another model is the one of the same name; ${names}; chance ${numberCell(group.chance)}; ${intervals}`)}\n${formatTable(columns, rows, '  ')}\n`;
    })
    .join('');
}

/** With its model where there are several. */
function layerName(
  { model, layer }: LayerComparison['layers'][number],
  { models }: Pick<RepresentationsSection, 'models'>,
): string {
  return models.length > 1 ? `${model} ${layer}` : layer;
}

/** The CKA that `--cka` asks for: from mini-batches where the study has it, else of all images. */
function shownCka({ cka, ckaUnbiased, ckaMinibatch }: LayerComparison, { options }: RepresentationsSection) {
  if (ckaMinibatch) {
    const { rule, batches } = ckaMinibatch;
    const how = { unbiased: 'HSIC₁', biased: 'biased HSIC', mean: 'the mean of CKA' }[rule];
    return { cka: ckaMinibatch, title: `from ${how} of ${batches} ${batches === 1 ? 'batch' : 'batches'}` };
  }
  return options.cka === 'unbiased' ? { cka: ckaUnbiased, title: 'unbiased' } : { cka, title: 'biased' };
}

function invarianceText(result: InvarianceResult, { models }: RepresentationsSection, colors: Colors): string {
  const what = {
    shift: `two crops of ${result.width ? `${result.size}×${result.width}` : result.size} pixels, ${result.offset} pixels apart`,
    flip: 'each image and its mirror image',
    rotate: 'each image and itself turned by a quarter',
    groups: `${result.images} images of ${result.groups} groups`,
  }[result.transform];
  const batches = `${result.batches} ${result.batches === 1 ? 'batch' : 'batches'} of ${result.batchSize} ${result.transform === 'groups' ? 'groups' : 'images'}`;
  let text = `${colors.bold('invariance')}  ${what}; ${batches}, ${result.kernel} kernel\n`;
  for (const { model, layers } of result.models) {
    const rows = layers.map(({ layer, positions, semantic, spatial }) => [
      layer,
      String(positions),
      numberCell(spatial.auc),
      numberCell(semantic.auc),
      numberCell(spatial.dPrime, 2),
      numberCell(semantic.dPrime, 2),
    ]);
    const columns = ['positions', 'AUC spatial', 'semantic', 'd′ spatial', 'semantic'].map((title) =>
      numberColumn(colors.dim(title)),
    );
    text += `  ${models.find(({ id }) => id === model)!.name}\n${formatTable([{ title: '' }, ...columns], rows, '    ')}`;
  }
  return `${text}\n`;
}
