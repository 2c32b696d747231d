import { UsageError } from '../base/errors.ts';
import type { Matrix64 } from '../tensor/matrix.ts';
import { type AncestorTable, ancestorTable } from './ancestor-table.ts';
import { leacockChodorowOfDistance } from './leacock-chodorow.ts';
import { pathOfDistance } from './path-similarity.ts';
import { distanceRows } from './shortest-paths.ts';
import { synsetById, type WordNet } from './wordnet.ts';
import { type SimilarityRow, wuPalmerNltkRows, wuPalmerRows } from './wu-palmer.ts';

/** Similarity measures over the noun graph: path, Leacock–Chodorow, Wu–Palmer, and Wu–Palmer as NLTK reads it. */
export const SEMANTIC_MEASURES = ['path', 'lch', 'wup', 'wup-nltk'] as const;

/** A measure of similarity of two synsets in WordNet. */
export type SemanticMeasure = (typeof SEMANTIC_MEASURES)[number];

export interface SemanticSimilarityOptions {
  /** "path" by default, which the published numbers use. */
  measure?: SemanticMeasure;
}

/**
 * The WordNet class similarity matrix (WNCSM): C×C, symmetric, of the classes' synsets.
 *
 * @param synsets ids of WordNet 3.0 ("n02084071"), one a class, in class order.
 * @throws UsageError naming an id that WordNet does not have, or an unknown measure.
 */
export function semanticSimilarityMatrix(
  wordnet: WordNet,
  synsets: readonly string[],
  options: SemanticSimilarityOptions = {},
): Matrix64 {
  const count = synsets.length;
  const fill = semanticSimilarityRows(wordnet, synsets, options);
  const data = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    fill(i, i, data.subarray(i * count, (i + 1) * count));
    for (let j = i + 1; j < count; j++) data[j * count + i] = data[i * count + j]!;
  }
  return { rows: count, cols: count, data };
}

/**
 * The rows of the WNCSM one at a time, for class counts whose whole matrix would not fit: the function returned writes
 * the similarities of class i to the classes `from` … C − 1 into out[from …].
 */
export function semanticSimilarityRows(
  wordnet: WordNet,
  synsets: readonly string[],
  { measure = 'path' }: SemanticSimilarityOptions = {},
): SimilarityRow {
  const table = ancestorTable(
    wordnet,
    Uint32Array.from(synsets, (id) => synsetById(wordnet, id)),
  );
  if (measure === 'path') return rowsOfDistances(table, pathOfDistance);
  if (measure === 'lch') return rowsOfDistances(table, leacockChodorowOfDistance);
  if (measure === 'wup') return wuPalmerRows(wordnet, table);
  if (measure === 'wup-nltk') return wuPalmerNltkRows(wordnet, table);
  throw new UsageError(`There is no semantic measure ${JSON.stringify(measure)}.`, {
    hint: `Known measures: ${SEMANTIC_MEASURES.join(', ')}.`,
  });
}

function rowsOfDistances(table: AncestorTable, similarity: (distance: number) => number): SimilarityRow {
  const values = Float64Array.from({ length: 256 }, (_, distance) => similarity(distance));
  const distances = new Uint8Array(table.classCount);
  const fill = distanceRows(table);
  return (i, from, out) => {
    fill(i, from, distances);
    for (let j = from; j < table.classCount; j++) out[j] = values[distances[j]!]!;
  };
}
