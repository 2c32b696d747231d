import type { ModelSession } from '../../../activations/runtime.ts';
import { UnsupportedError } from '../../../base/errors.ts';
import type { Matrix32 } from '../../../tensor/matrix.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import type { ConceptTask } from './concept-source.ts';
import { type PooledLayer, poolLayer } from './pool-layer.ts';

/** Numbers of one batch, at most: 8 MiB of pictures keep the network's own buffers small as well. */
const BATCH_VALUES = 2 ** 21;
const MOST_IN_BATCH = 128;

export interface RunPicturesOptions extends ConceptTask {
  /** Side of the network's input. */
  side: number;
  /** Pictures that `planes` makes of one image. */
  perImage: number;
  channelsLast: boolean;
  layers: readonly PooledLayer[];
  /** perImage × 3 × side × side. */
  planes(image: number): Promise<Float32Array>;
}

/** Runs pictures through a session in batches and keeps the pooled rows of each layer. */
export async function runPictures(
  session: ModelSession,
  images: readonly number[],
  options: RunPicturesOptions,
): Promise<Matrix32[]> {
  const { side, perImage, channelsLast, layers, planes, signal, onRows } = options;
  const size = 3 * side * side;
  const fixed = session.input.shape?.[0] ?? null;
  const batch = fixed ?? Math.max(1, Math.min(MOST_IN_BATCH, Math.floor(BATCH_VALUES / size)));
  const outputs = [...new Set(layers.map(({ name }) => name))];
  const parts: Matrix32[][] = layers.map(() => []);
  const input = new Float32Array(batch * size);
  let held = 0;
  const flush = async (): Promise<void> => {
    signal?.throwIfAborted();
    // A model with a fixed batch gets the last, short one filled up with what was there.
    const count = fixed ?? held;
    const data = input.subarray(0, count * size);
    const shape = channelsLast ? [count, side, side, 3] : [count, 3, side, side];
    const found = await session.run(channelsLast ? lastAxis(data, count, side) : data, shape, outputs);
    for (const [l, layer] of layers.entries())
      parts[l]!.push(poolLayer(firstOf(found.get(layer.name)!, count, held, layer.name), layer));
    onRows?.(held);
    held = 0;
  };
  for (const image of images) {
    signal?.throwIfAborted();
    const made = await planes(image);
    for (let p = 0; p < perImage; p++) {
      input.set(made.subarray(p * size, (p + 1) * size), held * size);
      if (++held === batch) await flush();
    }
  }
  if (held > 0) await flush();
  return parts.map((some, l) => joinRows(some, layers[l]!.channels));
}

function firstOf({ shape, data }: Tensor, count: number, held: number, name: string): Tensor {
  if (shape[0] !== count)
    throw new UnsupportedError(`Output ${name} has shape ${shape.join('×')} for a batch of ${count} pictures.`, {
      hint: 'Export the model with a batch axis that runs through to this layer.',
    });
  return { shape: [held, ...shape.slice(1)], data: data.subarray(0, (data.length / count) * held) as Float32Array };
}

function joinRows(parts: readonly Matrix32[], cols: number): Matrix32 {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const data = new Float32Array(rows * cols);
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { rows, cols, data };
}

function lastAxis(data: Float32Array, count: number, side: number): Float32Array {
  const pixels = side * side;
  const out = new Float32Array(data.length);
  for (let i = 0; i < count; i++)
    for (let c = 0; c < 3; c++)
      for (let p = 0; p < pixels; p++) out[(i * pixels + p) * 3 + c] = data[(i * 3 + c) * pixels + p]!;
  return out;
}
