import type { RepresentationsSection, SampledComparison } from '../../study/representations-section.ts';
import type { Colors } from '../terminal/io.ts';
import { formatTable, numberCell, numberColumn } from '../terminal/table.ts';

type Estimate = NonNullable<SampledComparison['rsa']>['values'][number][number]['semantic'];

/** Layers that were compared on a part of the pairs, with intervals, and what was found for the queries. */
export function sampledText(sampled: SampledComparison, { models }: RepresentationsSection, colors: Colors): string {
  const { layers, cka, rsa, kernel, queries } = sampled;
  const many = models.length > 1;
  const name = ({ model, name: layer }: SampledComparison['layers'][number]): string =>
    many ? `${model} ${layer}` : layer;
  let text = '';
  for (const layer of layers) {
    text += `  ${colors.bold(name(layer))}  ${colors.dim(`${layer.positions.toLocaleString('en')} positions × ${layer.channels} channels`)}\n`;
    const { outputSimilarity, nearest } = layer;
    if (outputSimilarity)
      text += `    correlation with the divergence of outputs: Pearson spatial ${cell(outputSimilarity.pearson.spatial)}, semantic ${cell(outputSimilarity.pearson.semantic)}\n`;
    if (nearest) text += nearestText(nearest, queries.length);
  }
  const what = [
    `${kernel} kernel`,
    ...(cka ? [`CKA from ${cka.batches} ${cka.batches === 1 ? 'batch' : 'batches'} of ${cka.batchSize}`] : []),
    ...(rsa
      ? [`RSA ${rsa.measure} on ${rsa.pairs.toLocaleString('en')} of ${rsa.all.toLocaleString('en')} pairs`]
      : []),
    '95 % intervals',
  ];
  const rows = layers.flatMap((a, i) =>
    layers.slice(i + 1).map((b, d) => {
      const j = i + 1 + d;
      const values = [cka, rsa].flatMap((found) => (found ? [found.values[i]![j]!] : []));
      return [name(a), name(b), ...values.flatMap(({ spatial, semantic }) => [cell(spatial), cell(semantic)])];
    }),
  );
  if (rows.length === 0) return `${text}\n`;
  const titles = [...(cka ? ['CKA spatial', 'semantic'] : []), ...(rsa ? ['RSA spatial', 'semantic'] : [])];
  const columns = [{ title: '' }, { title: '' }, ...titles.map((title) => numberColumn(colors.dim(title)))];
  return `${text}${colors.bold('layers against layers')}  ${colors.dim(what.join(', '))}\n${formatTable(columns, rows, '  ')}\n`;
}

function nearestText(nearest: NonNullable<SampledComparison['layers'][number]['nearest']>, queries: number): string {
  const { candidates, prunedByNorms, prunedByMaxima, precisionAt1, precisionAtK, f1, iou } = nearest;
  const share = (count: number): string => `${((100 * count) / Math.max(1, candidates)).toFixed(1)} %`;
  const scores = [
    ...(precisionAt1 ? [`precision@1 ${cell({ value: precisionAt1.mean, ...precisionAt1 })}`] : []),
    ...(precisionAtK ? [`@k ${cell({ value: precisionAtK.mean, ...precisionAtK })}`] : []),
    ...(f1 ? [`F1@1 ${cell({ value: f1.mean, ...f1 })}`] : []),
    ...(iou ? [`IoU@1 ${cell({ value: iou.mean, ...iou })}`] : []),
  ];
  return `    nearest of ${queries.toLocaleString('en')} queries, exact${scores.length > 0 ? `: ${scores.join(', ')}` : ''}\n    ${share(prunedByNorms + prunedByMaxima)} of ${candidates.toLocaleString('en')} pairs not matched: ${share(prunedByNorms)} by means and norms, ${share(prunedByMaxima)} by the maxima of their affinity\n`;
}

function cell({ value, low, high }: Estimate): string {
  if (value === null) return numberCell(value);
  return low === null || high === null
    ? numberCell(value)
    : `${numberCell(value)} (${numberCell(low)} … ${numberCell(high)})`;
}
