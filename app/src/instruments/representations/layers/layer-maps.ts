import type { LayerComparison } from '#src/study/representations-section.ts';
import type { ColourRange } from '../../../kit/theme/colour-scale.ts';

/** The ways in which layers are compared. */
export const LAYER_MEASURES = ['cka', 'ckaUnbiased', 'ckaMinibatch', 'rsa', 'mutualNeighbours'] as const;
export type LayerMeasure = (typeof LAYER_MEASURES)[number];

export const MEASURE_LABELS: Readonly<Record<LayerMeasure, string>> = {
  cka: 'CKA',
  ckaUnbiased: 'CKA, unbiased',
  ckaMinibatch: 'CKA, batches',
  rsa: 'RSA',
  mutualNeighbours: 'Neighbours',
};

type LayerMap = (number | null)[][];

const BATCH_RULES = {
  unbiased: 'HSIC₁ averaged over them',
  biased: 'biased HSIC averaged over them',
  mean: 'the mean of their CKA',
} as const;

/** The measures that a study has or could have: batches only where they were asked for. */
export function measuresOf(comparison: LayerComparison): LayerMeasure[] {
  return LAYER_MEASURES.filter((measure) => measure !== 'ckaMinibatch' || comparison.ckaMinibatch);
}

/** The measure that the study was asked for. */
export function usualMeasure(comparison: LayerComparison, asked: unknown): LayerMeasure {
  if (comparison.ckaMinibatch) return 'ckaMinibatch';
  return asked === 'unbiased' ? 'ckaUnbiased' : 'cka';
}

/** In words, with what the study was made with. */
export function measureNote(comparison: LayerComparison, measure: LayerMeasure): string {
  const { rsa, mutualNeighbours, ckaMinibatch, kernel } = comparison;
  if (measure === 'cka') return `centred kernel alignment of the ${kernel} matrices`;
  if (measure === 'ckaUnbiased') return `its unbiased estimate (HSIC₁), ${kernel}`;
  if (measure === 'ckaMinibatch')
    return ckaMinibatch
      ? `from ${ckaMinibatch.batches} batches of at most ${ckaMinibatch.batchSize} images, ${BATCH_RULES[ckaMinibatch.rule]}, seed ${ckaMinibatch.seed}`
      : '';
  if (measure === 'rsa') return `${rsa.measure} correlation of the upper triangles, ${kernel}`;
  return mutualNeighbours
    ? `share of common images among the ${mutualNeighbours.k} nearest, by chance ${mutualNeighbours.chance.toFixed(3)}`
    : '';
}

export function sidesOf(
  comparison: LayerComparison,
  measure: LayerMeasure,
): { semantic: LayerMap; spatial: LayerMap } | null {
  return comparison[measure] ?? null;
}

export function differenceOf(semantic: LayerMap, spatial: LayerMap): LayerMap {
  return semantic.map((row, i) =>
    row.map((value, j) => {
      const other = spatial[i]![j]!;
      return value === null || other === null ? null : value - other;
    }),
  );
}

/** One range for both sides, so that a colour means one value: what occurs off the diagonal, from 0 where nothing is below. */
export function sharedRange(...maps: readonly LayerMap[]): ColourRange {
  const values = offDiagonal(maps);
  if (values.length === 0) return { low: 0, high: 1 };
  const low = Math.min(0, ...values);
  const high = Math.max(...values);
  return { low, high: high > low ? high : low + 1 };
}

/** As far to both sides. */
export function evenRange(...maps: readonly LayerMap[]): ColourRange {
  const end = Math.max(0.01, ...maps.flat(2).map((value) => Math.abs(value ?? 0)));
  return { low: -end, high: end };
}

function offDiagonal(maps: readonly LayerMap[]): number[] {
  return maps.flatMap((map) =>
    map.flatMap((row, i) => row.filter((value, j): value is number => i !== j && value !== null)),
  );
}
