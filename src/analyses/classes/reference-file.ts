import { memorySource } from '../../base/bytes/byte-source.ts';
import { FormatError, IncomparableError } from '../../base/errors.ts';
import { parseDelimited } from '../../formats/csv/parse-delimited.ts';
import { openNpyArray } from '../../formats/npy/read-npy.ts';
import { matrixKind } from '../../measures/class-similarity/matrix-kind.ts';
import type { ClassIdentity } from '../../measures/class-similarity/shared-classes.ts';
import { type ClassTree, classTree, treePathSimilarity } from '../../semantics/tree-similarity.ts';
import { type Matrix64, select } from '../../tensor/matrix.ts';
import { formatShape } from '../../tensor/tensor.ts';

/** A reference that the user brings, still as bytes. */
export interface ReferenceFile {
  name: string;
  bytes: Uint8Array;
  /** The WordNet ids of its rows, where it holds embeddings of concepts in place of similarities. */
  ids?: { name: string; bytes: Uint8Array };
}

/** Classes from which they are correlated with a reference: three have three pairs, and any order of them is likely. */
export const FEWEST_CLASSES = 4;

/** @throws IncomparableError for a reference of fewer than `FEWEST_CLASSES` of the classes. */
export function requireKnown(name: string, matrix: Matrix64, classes: readonly ClassIdentity[]): void {
  const known = classes.filter((_, i) => !Number.isNaN(matrix.data[i * matrix.cols + i]!)).length;
  if (known < FEWEST_CLASSES)
    throw new IncomparableError(
      `${name}: it knows ${known} of the ${classes.length} classes; at least ${FEWEST_CLASSES} are needed.`,
      {
        hint:
          classes.length < FEWEST_CLASSES
            ? 'The pairs of so few classes are as likely in any order.'
            : `Name the classes as the study does, such as ${JSON.stringify(classes[0]?.name ?? '')}, or by their WordNet ids.`,
      },
    );
}

/**
 * The similarity of the study's classes that a file gives, C×C; classes it lacks are NaN. Four forms are read:
 *
 * - `.npy`: C×C in the order of the first model's classes;
 * - CSV of C×C numbers without names: the same;
 * - CSV with names in its first row and first column: any order, matched by name or WordNet id;
 * - CSV of `child,parent` rows: a tree whose leaves are the classes; similarity is path similarity in the tree.
 *
 * @returns the similarities, and of a tree the tree itself.
 * @throws FormatError when the file is none of these; IncomparableError for a matrix of other size than there are classes.
 */
export async function referenceFromFile(
  file: ReferenceFile,
  classes: readonly ClassIdentity[],
): Promise<{ matrix: Matrix64; tree?: ClassTree }> {
  return file.bytes[0] === 0x93 ? { matrix: await fromNpy(file, classes.length) } : fromText(file, classes);
}

async function fromNpy(file: ReferenceFile, count: number): Promise<Matrix64> {
  const entry = await openNpyArray(memorySource(file.name, file.bytes), 'array');
  if (entry.shape.length !== 2 || entry.shape[0] !== count || entry.shape[1] !== count)
    throw new IncomparableError(
      `${file.name}: the matrix is ${formatShape(entry.shape)}, but there are ${count} classes; ${count}×${count} was expected.`,
    );
  const { data } = await entry.read();
  const matrix = { rows: count, cols: count, data: Float64Array.from(data) };
  requireSymmetric(file.name, matrix);
  requireSimilarity(file.name, matrix);
  return matrix;
}

function fromText(file: ReferenceFile, classes: readonly ClassIdentity[]): { matrix: Matrix64; tree?: ClassTree } {
  const text = new TextDecoder().decode(file.bytes);
  const rows = parseDelimited(text, ',', file.name);
  if (rows.length >= 2 && rows.every((cells) => cells.length === 2)) return fromTree(file.name, rows, classes);
  const count = classes.length;
  const isPlain = rows.length === count && rows.every((cells) => cells.length === count && cells.every(isNumber));
  return { matrix: isPlain ? fromPlainMatrix(file.name, rows) : fromNamedMatrix(file.name, rows, classes) };
}

function isNumber(cell: string): boolean {
  return cell.trim() !== '' && !Number.isNaN(Number(cell));
}

/** Numbers alone, as numpy.savetxt writes them: in the order of the first model's classes, like `.npy`. */
function fromPlainMatrix(name: string, rows: readonly string[][]): Matrix64 {
  const matrix = { rows: rows.length, cols: rows.length, data: Float64Array.from(rows.flat(), Number) };
  requireSymmetric(name, matrix);
  return matrix;
}

function fromTree(name: string, rows: string[][], classes: readonly ClassIdentity[]) {
  const isHeader = /^child$/i.test(rows[0]![0]!.trim());
  const edges = rows.slice(isHeader ? 1 : 0).map(([child, parent]) => [child!.trim(), parent!.trim()] as const);
  const tree = classTree(
    name,
    edges,
    classes.map((entry) => [entry.name, ...(entry.synset ? [entry.synset] : [])]),
  );
  return { matrix: treePathSimilarity(tree), tree };
}

function fromNamedMatrix(name: string, rows: string[][], classes: readonly ClassIdentity[]): Matrix64 {
  const header = rows[0]?.slice(1).map((cell) => cell.trim()) ?? [];
  if (rows.length !== header.length + 1 || header.length < 3)
    throw new FormatError(
      `${name}: rows of child,parent were expected, or a matrix with names in its first row and column; names in the first row: ${header.length}, rows below it: ${Math.max(0, rows.length - 1)}.`,
      {
        hint: 'A tree has two columns (dog,animal). A matrix has one row and one column for each class, named alike; the first cell is empty.',
      },
    );
  const position = new Map<string, number>();
  header.forEach((cell, i) => {
    if (position.has(cell.toLowerCase()))
      throw new FormatError(`${name}: the first row names ${JSON.stringify(cell)} twice.`);
    position.set(cell.toLowerCase(), i);
  });
  const values = rows.slice(1).map((cells, i) => {
    if (cells[0]!.trim().toLowerCase() !== header[i]!.toLowerCase())
      throw new FormatError(
        `${name}: row ${i + 1} is named ${JSON.stringify(cells[0])}, but column ${i + 1} is ${JSON.stringify(header[i])}.`,
      );
    if (cells.length !== header.length + 1)
      throw new FormatError(
        `${name}: row ${i + 1} has ${cells.length - 1} values, but there are ${header.length} names.`,
      );
    return cells.slice(1).map((cell) => (cell.trim() === '' ? Number.NaN : Number(cell)));
  });
  const at = classes.map((entry) => position.get(entry.name.toLowerCase()) ?? position.get(entry.synset ?? ''));
  const count = classes.length;
  const data = new Float64Array(count * count).fill(Number.NaN);
  for (let i = 0; i < count; i++)
    for (let j = 0; j < count; j++) {
      const from = at[i];
      const to = at[j];
      if (from === undefined || to === undefined) continue;
      const value = values[from]![to]!;
      if (Number.isNaN(value) && from !== to)
        throw new FormatError(`${name}: row ${from + 1}, column ${to + 1} is not a number.`);
      data[i * count + j] = from === to && Number.isNaN(value) ? 1 : value;
    }
  const matrix = { rows: count, cols: count, data };
  requireSymmetric(name, matrix);
  requireSimilarity(name, matrix);
  return matrix;
}

/** References are similarities of pairs, so both halves must say the same. */
function requireSymmetric(name: string, { rows, data }: Matrix64): void {
  for (let i = 0; i < rows; i++)
    for (let j = i + 1; j < rows; j++) {
      const upper = data[i * rows + j]!;
      const lower = data[j * rows + i]!;
      if (Math.abs(upper - lower) > 1e-6 * Math.max(1, Math.abs(upper)))
        throw new FormatError(
          `${name}: the matrix is not symmetric: row ${i + 1}, column ${j + 1} is ${upper}, but row ${j + 1}, column ${i + 1} is ${lower}.`,
          {
            hint: 'A reference holds similarities of classes. If this is a head of as many features as classes, give it as a model.',
          },
        );
    }
}

/** Distances would align in the wrong direction without a word. */
function requireSimilarity(name: string, matrix: Matrix64): void {
  const known = Uint32Array.from({ length: matrix.rows }, (_, i) => i).filter(
    (i) => !Number.isNaN(matrix.data[i * matrix.cols + i]!),
  );
  if (matrixKind(select(matrix, known)) === 'distance')
    throw new FormatError(
      `${name}: the least value of each row stands on the diagonal, as with distances; similarities were expected.`,
      { hint: 'Give similarities, such as 1 − distance.' },
    );
}
