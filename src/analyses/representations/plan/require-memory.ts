import { bytesText } from '../../../base/bytes/bytes-text.ts';
import { LimitError } from '../../../base/errors.ts';
import { type LayerSize, type MemoryUse, memoryOfMatching, memoryOfPairs } from '../matching/memory.ts';
import type { PlainOptions } from '../option-table.ts';

/** The least memory, in bytes, in which layers can be measured one after another. */
export function memoryOfLayers(
  layers: readonly LayerSize[],
  images: number,
  plain: PlainOptions,
  use: MemoryUse,
): number {
  return Math.max(...memoryOfEach(layers, images, plain, use));
}

/**
 * Refuses layers that cannot be measured within the memory allowed, before their features are read.
 *
 * @param before Layers of other models that are measured already.
 * @throws LimitError naming the layer, what it needs, what is allowed and what helps.
 */
export function requireMemory(
  model: string,
  layers: readonly (LayerSize & { name: string })[],
  before: readonly LayerSize[],
  images: number,
  plain: PlainOptions,
  use: MemoryUse,
): void {
  const all = [...before, ...layers];
  const needed = memoryOfEach(all, images, plain, use).slice(before.length);
  const at = needed.findIndex((bytes) => bytes > use.cap);
  if (at < 0) return;
  const { name, positions, channels } = layers[at]!;
  const alone = Math.max(...memoryOfEach(all, images, plain, { ...use, threads: 1 }));
  const ways = [
    ...(use.threads > 1 && alone <= use.cap ? ['--threads 1'] : []),
    plain.pairs === null ? '--pairs or --sample' : 'fewer --pairs',
    `--max-memory ${Math.ceil(Math.max(...needed) / 2 ** 26) * 64}M`,
  ];
  throw new LimitError(
    `${model}: layer ${name} of ${images.toLocaleString('en')} images, ${positions.toLocaleString('en')} positions × ${channels.toLocaleString('en')} channels, takes about ${bytesText(needed[at]!)} of memory; ${bytesText(use.cap)} are allowed (--max-memory).`,
    { hint: `What helps: ${ways.join(', or ')}.` },
  );
}

/** For each layer, what is in memory while it is measured. */
function memoryOfEach(layers: readonly LayerSize[], images: number, plain: PlainOptions, use: MemoryUse): number[] {
  const { pairs, kernels } = plain;
  if (pairs !== null) return layers.map((layer) => memoryOfPairs(layer, { images, pairs, layers: layers.length }, use));
  // Of a layer that is done, matrices, the bytes of their files, and features wait for the study to be written.
  const matrices = 2 * kernels.length * 2 * 4 * images ** 2;
  let waiting = 0;
  return layers.map((layer) => {
    const features = Math.min(plain.pairFeatures, images * layer.positions * layer.channels * 4);
    const needed = waiting + memoryOfMatching(layer, images, use) + features;
    waiting += matrices + features;
    return needed;
  });
}
