import { UsageError } from '../../../base/errors.ts';
import type { Matrix32 } from '../../../tensor/matrix.ts';
import { formatShape } from '../../../tensor/tensor.ts';

/** A layer's output for a batch, in the order of its axes. */
export interface LayerOutput {
  shape: readonly number[];
  data: Float32Array;
}

/**
 * One vector per item of a batch: the mean over height and width of a map (batch × channels × height × width), the first
 * token of a sequence (batch × tokens × channels), a vector as it is. Batch × channels.
 *
 * @throws UsageError for any other number of axes.
 */
export function pooledRows({ shape, data }: LayerOutput): Matrix32 {
  const [batch = 0] = shape;
  if (shape.length === 2) return { rows: batch, cols: shape[1]!, data };
  if (shape.length === 3) {
    const [tokens, channels] = [shape[1]!, shape[2]!];
    const rows = new Float32Array(batch * channels);
    for (let i = 0; i < batch; i++) rows.set(data.subarray(i * tokens * channels).subarray(0, channels), i * channels);
    return { rows: batch, cols: channels, data: rows };
  }
  const { channels, cells } = mapShape(shape);
  const rows = new Float32Array(batch * channels);
  for (let i = 0; i < rows.length; i++) {
    let sum = 0;
    for (let cell = i * cells; cell < (i + 1) * cells; cell++) sum += data[cell]!;
    rows[i] = sum / cells;
  }
  return { rows: batch, cols: channels, data: rows };
}

/**
 * One vector per cell of a map (batch × channels × height × width): all cells of the first item row by row, then those of
 * the next. (Batch · height · width) × channels.
 *
 * @throws UsageError when the output is not a map.
 */
export function cellRows({ shape, data }: LayerOutput): Matrix32 {
  const { channels, cells } = mapShape(shape);
  const batch = shape[0]!;
  const rows = new Float32Array(data.length);
  for (let i = 0; i < batch; i++)
    for (let c = 0; c < channels; c++) {
      const from = (i * channels + c) * cells;
      for (let cell = 0; cell < cells; cell++) rows[(i * cells + cell) * channels + c] = data[from + cell]!;
    }
  return { rows: batch * cells, cols: channels, data: rows };
}

function mapShape(shape: readonly number[]): { channels: number; cells: number } {
  if (shape.length !== 4)
    throw new UsageError(`A feature map has four axes (batch, channels, height, width); found ${formatShape(shape)}.`, {
      hint: 'Choose a convolutional layer, or the patch sampler.',
    });
  return { channels: shape[1]!, cells: shape[2]! * shape[3]! };
}
