import { FormatError } from '../../base/errors.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import type { HeadTemplates } from './head-choice.ts';

/**
 * Reads a head's tensor as kept classes × features, in Float32. The axes behind and before the class axis, in their
 * order, are the features.
 * @param keptRows indices into the class axis, in order.
 * @param rowFactors gives what each row is multiplied by.
 * @throws FormatError naming the tensor and the first row that holds NaN or infinity.
 */
export async function readTemplates(
  file: string,
  entry: TensorEntry,
  classAxis: number,
  keptRows: readonly number[],
  rowFactors?: () => Promise<ArrayLike<number>>,
): Promise<HeadTemplates> {
  const { shape, data } = await entry.read().catch((cause) => {
    if (cause instanceof TypeError || cause instanceof RangeError)
      throw new FormatError(`${file}: tensor ${entry.name} cannot be read (${cause.message}).`, { cause });
    throw cause;
  });
  const factors = await rowFactors?.();
  const stride = shape.slice(classAxis + 1).reduce((n, d) => n * d, 1);
  const rows = shape[classAxis]!;
  const blocks = data.length / (rows * stride);
  const cols = blocks * stride;
  const out = new Float32Array(keptRows.length * cols);
  const zeroRows: number[] = [];
  for (let r = 0; r < keptRows.length; r++) {
    const row = keptRows[r]!;
    const factor = factors?.[row] ?? 1;
    let to = r * cols;
    for (let block = 0; block < blocks; block++) {
      const from = (block * rows + row) * stride;
      for (let i = 0; i < stride; i++) out[to++] = data[from + i]! * factor;
    }
    const template = out.subarray(r * cols, to);
    const broken = template.find((value) => !Number.isFinite(value));
    if (broken !== undefined) throw notFinite(file, entry.name, row, data, blocks, rows, stride);
    if (template.every((value) => value === 0)) zeroRows.push(r);
  }
  return { rows: keptRows.length, cols, data: out, zeroRows };
}

/** What is wrong with a row that is not finite in 32 bits: as it is stored, or by the conversion. */
function notFinite(
  file: string,
  tensor: string,
  row: number,
  data: Float32Array | Float64Array,
  blocks: number,
  rows: number,
  stride: number,
): FormatError {
  for (let block = 0; block < blocks; block++)
    for (let i = 0; i < stride; i++) {
      const value = data[(block * rows + row) * stride + i]!;
      if (!Number.isFinite(value))
        return new FormatError(
          `${file}: tensor ${tensor} holds ${Number.isNaN(value) ? 'NaN' : 'infinity'} in row ${row}; class templates must be finite.`,
          { hint: 'The training that wrote this file has diverged; take an earlier checkpoint.' },
        );
    }
  return new FormatError(
    `${file}: tensor ${tensor} holds values beyond the range of 32-bit floats in row ${row}; class templates are kept in 32 bits.`,
    { hint: 'Scale the weights before saving them: only their directions matter.' },
  );
}
