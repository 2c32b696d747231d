import { UnsupportedError, UsageError } from '../base/errors.ts';
import { formatShape, type Tensor } from './tensor.ts';
import type { TensorEntry } from './tensor-entry.ts';

/** Values of an array that is taken into memory whole, where it cannot be read by rows: 2 GiB in 32 bits. */
const MOST_WHOLE = 2 ** 29;

/** Rows `start` to `end` of an array's first axis. */
export type RowReader = (start: number, end: number) => Promise<Tensor>;

/**
 * Reads an array row by row: by range where its rows lie one after another, else whole, once, for as long as the reader
 * lives.
 *
 * @throws UnsupportedError, from the reader, where an array that must be read whole has more than `most` values; UsageError
 * for rows that it does not have.
 */
export function rowReader(file: string, entry: TensorEntry, { most = MOST_WHOLE }: { most?: number } = {}): RowReader {
  const { name, shape } = entry;
  const rows = shape[0] ?? 0;
  let whole: Promise<Tensor> | undefined;
  return async (start, end) => {
    if (!(start >= 0 && start <= end && end <= rows))
      throw new UsageError(`${file}: ${name} has ${rows} rows; rows ${start} to ${end} were asked for.`);
    if (entry.readRows) return entry.readRows(start, end);
    const count = shape.reduce((product, side) => product * side, 1);
    if (count > most)
      throw new UnsupportedError(
        `${file}: ${name} (${formatShape(shape)}) does not lie row by row in the file, and ${count} values are too many to read whole; at most ${most} are.`,
        { hint: 'Save it in C order: numpy.save(path, numpy.ascontiguousarray(array)), or as safetensors.' },
      );
    whole ??= entry.read();
    const { data } = await whole;
    const size = count / rows;
    return {
      shape: [end - start, ...shape.slice(1)],
      data: data.subarray(start * size, end * size) as Tensor['data'],
    };
  };
}
