import type { InputContract } from '../../../activations/model/input-contract.ts';
import { batchRunner } from '../../../activations/model/run-batches.ts';
import type { ModelSession } from '../../../activations/runtime/runtime.ts';
import type { Matrix32 } from '../../../tensor/matrix.ts';
import type { ConceptTask } from './concept-source.ts';
import { type PooledLayer, poolLayer } from './pool-layer.ts';

/** Numbers of one batch, at most: 8 MiB of pictures keep the network's own buffers small as well. */
const BATCH_VALUES = 2 ** 21;
const MOST_IN_BATCH = 128;

export interface RunPicturesOptions extends ConceptTask {
  /** Pictures that `planes` makes of one image. */
  perImage: number;
  layers: readonly PooledLayer[];
  /** perImage × channels × height × width. */
  planes(image: number): Promise<Float32Array>;
}

/** Runs pictures through a session in batches and keeps the pooled rows of each layer. */
export async function runPictures(
  session: ModelSession,
  input: InputContract,
  images: readonly number[],
  options: RunPicturesOptions,
): Promise<Matrix32[]> {
  const { perImage, layers, planes, signal, onRows } = options;
  const size = input.channels * input.height * input.width;
  const batch = Math.max(1, Math.min(MOST_IN_BATCH, Math.floor(BATCH_VALUES / size)));
  const outputs = [...new Set(layers.map(({ name }) => name))];
  const parts: Matrix32[][] = layers.map(() => []);
  const runner = batchRunner(session, input, outputs, batch, (found, rows) => {
    signal?.throwIfAborted();
    for (const [l, layer] of layers.entries()) parts[l]!.push(poolLayer(found.get(layer.name)!, layer));
    onRows?.(rows);
  });
  for (const image of images) {
    signal?.throwIfAborted();
    const made = await planes(image);
    for (let p = 0; p < perImage; p++) await runner.add(inLayout(made.subarray(p * size, (p + 1) * size), input));
  }
  await runner.flush();
  return parts.map((some, l) => joinRows(some, layers[l]!.channels));
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

/** A picture of channels first in the layout of the input. */
function inLayout(data: Float32Array, { layout, channels, height, width }: InputContract): Float32Array {
  if (layout === 'nchw' || channels === 1) return data;
  const pixels = height * width;
  const out = new Float32Array(data.length);
  for (let c = 0; c < channels; c++) for (let p = 0; p < pixels; p++) out[p * channels + c] = data[c * pixels + p]!;
  return out;
}
