import type { ByteSource } from '../base/bytes/byte-source.ts';
import { FormatError } from '../base/errors.ts';
import { parseDelimited } from '../formats/csv/parse-delimited.ts';
import { openNpyArray } from '../formats/npy/read-npy.ts';
import type { Matrix64 } from '../tensor/matrix.ts';
import { formatShape } from '../tensor/tensor.ts';

/**
 * A square matrix over the classes, such as confusion counts or similarities: `.npy`, or `.csv` with or without names in
 * its first row and first column.
 * @throws FormatError when it is not square or holds something that is not a number.
 */
export async function readSquareMatrix(source: ByteSource): Promise<Matrix64> {
  const first = await source.read(0, Math.min(1, source.byteLength));
  return first[0] === 0x93 ? fromNpy(source) : fromCsv(source);
}

async function fromNpy(source: ByteSource): Promise<Matrix64> {
  const entry = await openNpyArray(source, 'array');
  if (entry.shape.length !== 2 || entry.shape[0] !== entry.shape[1])
    throw new FormatError(`${source.name}: is ${formatShape(entry.shape)}; a square matrix was expected.`);
  const { data } = await entry.read();
  return { rows: entry.shape[0]!, cols: entry.shape[0]!, data: Float64Array.from(data) };
}

async function fromCsv(source: ByteSource): Promise<Matrix64> {
  let rows = parseDelimited(new TextDecoder().decode(await source.read(0, source.byteLength)), ',', source.name);
  const isNumber = (cell: string) => cell !== '' && Number.isFinite(Number(cell));
  // Names stand in the first row and, since names may be numbers, whenever there is one row more than a square has.
  const named = rows.length > 0 && (!rows[0]!.slice(1).every(isNumber) || rows.length === rows[0]!.length + 1);
  if (named) rows = rows.slice(1);
  if (rows.length > 0 && rows[0]!.length === rows.length + 1) rows = rows.map((cells) => cells.slice(1));
  const n = rows.length;
  const data = new Float64Array(n * n);
  rows.forEach((cells, i) => {
    if (cells.length !== n)
      throw new FormatError(
        `${source.name}: row ${i + 1} has ${cells.length} values, but there are ${n} rows; a square matrix was expected.`,
      );
    cells.forEach((cell, j) => {
      if (!isNumber(cell))
        throw new FormatError(
          `${source.name}: row ${i + 1}, column ${j + 1} is ${JSON.stringify(cell)}, which is not a number.`,
        );
      data[i * n + j] = Number(cell);
    });
  });
  if (n === 0) throw new FormatError(`${source.name}: is empty; a square matrix was expected.`);
  return { rows: n, cols: n, data };
}
