import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import type { ModelFile } from '../model-file.ts';

/** The end of a shape at which a weight counts its outputs. */
export type OutputEnd = 'first' | 'last';

/** What a weight is called at the end of its name, and what its bias is called there. */
const BIAS_NAMES: readonly (readonly [weight: RegExp, bias: string])[] = [
  [/weights?(?=(?::\d+)?$)/, 'bias'],
  [/weights?(?=(?::\d+)?$)/, 'biases'],
  [/kernel(?=(?::\d+)?$)/, 'bias'],
  [/vars\/0$/, 'vars/1'],
  [/(?<=[._/]|^)W(?=(?::\d+)?$)/, 'b'],
  [/(?<=[._/]|^)w(?=(?::\d+)?$)/, 'b'],
];

/** The bias that stands beside a weight, by its name; undefined where there is none. */
export function biasOf(file: ModelFile, weight: string): TensorEntry | undefined {
  for (const [pattern, bias] of BIAS_NAMES) {
    if (!pattern.test(weight)) continue;
    const entry = file.tensors.get(weight.replace(pattern, bias));
    if (entry && entry.name !== weight && entry.shape.length === 1) return entry;
  }
  return undefined;
}

/** The end that has the length of the bias beside the weight; undefined where both have it, or neither, or no bias is there. */
export function endByBias(file: ModelFile, { name, shape }: TensorEntry): OutputEnd | undefined {
  const length = biasOf(file, name)?.shape[0];
  const first = shape[0] === length;
  const last = shape.at(-1) === length;
  if (length === undefined || first === last) return undefined;
  return first ? 'first' : 'last';
}

const customs = new WeakMap<ModelFile, OutputEnd | 'mixed'>();

/**
 * Where the matrices of this file count their outputs, as far as their biases agree: one writer lays all of them out
 * alike, whatever the container. Paddle's state dicts are features × classes in a container of PyTorch's.
 */
export function endOfAllBiases(file: ModelFile): OutputEnd | undefined {
  let found = customs.get(file);
  if (found === undefined) {
    const ends = new Set<OutputEnd>();
    if (file.metadata.format === 'pd') ends.add('last');
    for (const entry of file.tensors.values()) {
      const end = entry.shape.length === 2 ? endByBias(file, entry) : undefined;
      if (end) ends.add(end);
      if (ends.size > 1) break;
    }
    found = ends.size === 1 ? [...ends][0]! : 'mixed';
    customs.set(file, found);
  }
  return found === 'mixed' ? undefined : found;
}
