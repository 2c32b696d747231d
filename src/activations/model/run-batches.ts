import { UnsupportedError } from '../../base/errors.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { ModelSession } from '../runtime/runtime.ts';
import { type InputContract, inputShape } from './input-contract.ts';

/** Takes prepared pictures one by one and runs them through a model in batches. */
export interface BatchRunner {
  /** Adds a picture, in the layout of the model's input; runs the batch when it is full. */
  add(values: Float32Array): Promise<void>;
  /** Runs what is left. */
  flush(): Promise<void>;
}

/**
 * A runner of batches. A model with a fixed batch gets the last, short one filled up with zeros, whose results are dropped.
 *
 * @param batchSize Pictures run at once where the model takes any number.
 * @param onBatch Called with each batch's outputs, images first, and how many images they are of.
 */
export function batchRunner(
  session: ModelSession,
  input: InputContract,
  outputs: readonly string[],
  batchSize: number,
  onBatch: (found: Map<string, Tensor>, images: number) => void | Promise<void>,
): BatchRunner {
  const most = input.batch ?? batchSize;
  const size = input.channels * input.height * input.width;
  const data = new Float32Array(most * size);
  let held = 0;
  const flush = async (): Promise<void> => {
    if (held === 0) return;
    const count = input.batch ?? held;
    data.fill(0, held * size);
    const found = await session.run(data.subarray(0, count * size), inputShape(input, count), outputs);
    const own = new Map([...found].map(([name, tensor]) => [name, imagesOf(name, tensor, count, held)]));
    const images = held;
    held = 0;
    await onBatch(own, images);
  };
  return {
    async add(values) {
      data.set(values, held * size);
      if (++held === most) await flush();
    },
    flush,
  };
}

function imagesOf(name: string, { shape, data }: Tensor, count: number, held: number): Tensor {
  if (shape[0] !== count)
    throw new UnsupportedError(`Output ${name} has shape ${shape.join('×')} for a batch of ${count} pictures.`, {
      hint: 'Export the model with a batch axis that runs through to this layer.',
    });
  const used = data.subarray(0, (data.length / count) * held) as Float32Array | Float64Array;
  return { shape: [held, ...shape.slice(1)], data: used };
}
