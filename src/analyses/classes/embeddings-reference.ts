import { memorySource } from '../../base/bytes/byte-source.ts';
import { FormatError, IncomparableError } from '../../base/errors.ts';
import { parseDelimited } from '../../formats/csv/parse-delimited.ts';
import { openNpyArray } from '../../formats/npy/read-npy.ts';
import type { AlignmentMeasure } from '../../measures/class-similarity/alignment-measures/alignment-measures.ts';
import { type NoiseCeiling, noiseCeiling } from '../../measures/class-similarity/noise-ceiling.ts';
import type { ClassIdentity } from '../../measures/class-similarity/shared-classes.ts';
import { dottedSynset } from '../../semantics/synset-name.ts';
import { findSynset, type WordNet, wnidOf } from '../../semantics/wordnet.ts';
import { cosineSimilarityMatrix } from '../../statistics/cosine-matrix.ts';
import type { Matrix64 } from '../../tensor/matrix.ts';
import { formatShape } from '../../tensor/tensor.ts';
import { FEWEST_CLASSES, type ReferenceFile } from './reference-file.ts';

/** A reference of embeddings joined by WordNet id. */
export interface EmbeddingsReference {
  /** Study's classes × classes; NaN for classes that the embeddings lack. */
  matrix: Matrix64;
  shared: {
    /** Classes of the study that the embeddings know, and how many different ids these have. */
    classes: number;
    ids: number;
    /** Rows without an id that WordNet 3.0 has. */
    unknown: number;
  };
  /** How many embeddings there are, and what a perfect model reaches with them on average; absent for one. */
  ceiling?: { embeddings: number } & Record<AlignmentMeasure, NoiseCeiling>;
  /** The similarity of each embedding, of those classes of the study that they know; absent without a ceiling. */
  parts?: ReferenceParts;
}

/** Similarity matrices that a reference is the mean of. */
export interface ReferenceParts {
  /** Indices in the study of the classes of `matrices`, ascending. */
  classes: readonly number[];
  matrices: readonly Matrix64[];
}

const ID_COLUMN = /wordnet|wnid|synset|^ids?$/i;

/**
 * Embeddings of concepts, such as those fitted to human judgements of similarity, as a reference: N×D, or R×N×D for several
 * of the same concepts, and one WordNet id for each of the N ("n02084071" or "dog.n.01"; a line each, or a column of a table).
 * Concepts with one id are averaged. Similarity is the cosine; of several embeddings the mean, with its noise ceiling.
 *
 * @throws FormatError, IncomparableError naming the file, what was expected and what was found.
 */
export async function referenceFromEmbeddings(
  file: ReferenceFile & { ids: NonNullable<ReferenceFile['ids']> },
  classes: readonly ClassIdentity[],
  graph: WordNet,
): Promise<EmbeddingsReference> {
  const entry = await openNpyArray(memorySource(file.name, file.bytes), 'array');
  const { shape } = entry;
  if (shape.length !== 2 && shape.length !== 3)
    throw new FormatError(
      `${file.name}: the array is ${formatShape(shape)}; embeddings are N×D, or R×N×D for several of the same concepts.`,
    );
  const [count, rows, cols] = shape.length === 3 ? (shape as [number, number, number]) : [1, shape[0]!, shape[1]!];
  const ids = readIds(file.ids, graph);
  if (ids.length !== rows)
    throw new IncomparableError(`${file.ids.name}: has ${ids.length} ids, but ${file.name} has ${rows} concepts.`);
  const rowsOf = new Map<string, number[]>();
  ids.forEach((id, row) => {
    if (id !== null) rowsOf.set(id, [...(rowsOf.get(id) ?? []), row]);
  });
  const at = classes.flatMap(({ synset }, i) => (synset !== null && rowsOf.has(synset) ? [i] : []));
  const { data } = await entry.read();
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new FormatError(`${file.name}: holds ${data[bad]} for concept ${Math.floor(bad / cols) % rows}.`);
  const parts = Array.from({ length: count }, (_, r): Matrix64 => {
    const means = new Float64Array(at.length * cols);
    at.forEach((c, i) => {
      const own = rowsOf.get(classes[c]!.synset!)!;
      for (const row of own)
        for (let d = 0; d < cols; d++) means[i * cols + d]! += data[(r * rows + row) * cols + d]! / own.length;
    });
    const { data: cosines } = cosineSimilarityMatrix({ rows: at.length, cols, data: means });
    return { rows: at.length, cols: at.length, data: Float64Array.from(cosines) };
  });
  const size = classes.length;
  const matrix: Matrix64 = { rows: size, cols: size, data: new Float64Array(size * size).fill(Number.NaN) };
  at.forEach((row, i) => {
    at.forEach((col, j) => {
      const values = parts.map((part) => part.data[i * at.length + j]!);
      matrix.data[row * size + col] = values.reduce((a, b) => a + b, 0) / count;
    });
  });
  const used = new Set(at.map((c) => classes[c]!.synset));
  return {
    matrix,
    shared: { classes: at.length, ids: used.size, unknown: ids.filter((id) => id === null).length },
    ...(count > 1 && at.length >= FEWEST_CLASSES
      ? { ceiling: { embeddings: count, ...noiseCeiling(parts) }, parts: { classes: at, matrices: parts } }
      : {}),
  };
}

/** The WordNet id of each concept; null where its text is none. A first line that names its columns is none of them. */
function readIds({ name, bytes }: NonNullable<ReferenceFile['ids']>, graph: WordNet): (string | null)[] {
  const text = new TextDecoder()
    .decode(bytes)
    .replace(/^\ufeff/, '')
    .replace(/\r?\n$/, '');
  const first = text.split(/\r?\n/, 1)[0]!;
  const delimiter = first.includes('\t') ? '\t' : ',';
  const rows = parseDelimited(text, delimiter, name);
  const header = rows[0] ?? [];
  const idOf = (cell: string | undefined): string | null => {
    const value = (cell ?? '').trim();
    const synset = /^n\d{8}$/.test(value) ? findSynset(graph, value) : dottedSynset(graph, value);
    return synset === undefined ? null : wnidOf(graph, synset);
  };
  const hasHeader = header.every((cell) => idOf(cell) === null) && header.some((cell) => ID_COLUMN.test(cell.trim()));
  const body = rows.slice(hasHeader ? 1 : 0);
  const columns = hasHeader ? [...header.keys()].filter((c) => ID_COLUMN.test(header[c]!.trim())) : [0];
  // Of several columns that may hold ids, the one that holds most.
  const [ids] = columns
    .map((column) => body.map((cells) => idOf(cells[column])))
    .sort((a, b) => b.filter((id) => id !== null).length - a.filter((id) => id !== null).length) as [(string | null)[]];
  if (ids.every((id) => id === null))
    throw new FormatError(
      `${name}: none of its ${ids.length} lines has a WordNet 3.0 id; the first is ${JSON.stringify((rows[0] ?? []).join(delimiter).slice(0, 80))}.`,
      {
        hint: 'Give one id a line, such as n02084071 or dog.n.01, or a table with a column called "wordnet" or "wnid".',
      },
    );
  return ids;
}
