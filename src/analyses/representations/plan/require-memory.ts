import { bytesText } from '../../../base/bytes/bytes-text.ts';
import { LimitError } from '../../../base/errors.ts';
import type { WorkPlan } from '../../common/work-plan.ts';
import { type LayerSize, type MemoryUse, memoryOfMatching, memoryOfPairs } from '../matching/memory.ts';
import type { PlainOptions } from '../option-table.ts';
import { QUERIES_AT_ONCE } from '../sampled/nearest-images.ts';
import { sampledPairs } from './pair-counts.ts';

/** The least memory, in bytes, in which layers can be measured one after another. */
export function memoryOfLayers(
  layers: readonly LayerSize[],
  images: number,
  plain: PlainOptions,
  use: MemoryUse,
): number {
  return Math.max(...memoryOfEach(layers, images, plain, use).map(({ own, waiting }) => own + waiting));
}

/**
 * Refuses layers that cannot be measured within the memory allowed, before anything is read of their features.
 *
 * @param layers Of all models, in the order in which they are measured.
 * @param canSample Whether images were given, of which a part could be taken.
 * @throws LimitError naming the layer, what it needs, what is allowed and what helps.
 */
export function requireMemory(
  layers: WorkPlan['layers'],
  images: number,
  plain: PlainOptions,
  use: MemoryUse,
  canSample: boolean,
): void {
  const needed = memoryOfEach(layers, images, plain, use);
  const at = needed.findIndex(({ own, waiting }) => own + waiting > use.cap);
  if (at < 0) return;
  const { model, layer, positions, channels } = layers[at]!;
  const { own, waiting } = needed[at]!;
  const most = Math.max(...needed.map((layer) => layer.own + layer.waiting));
  const ways = [
    ...(use.threads > 1 && memoryOfLayers(layers, images, plain, { ...use, threads: 1 }) <= use.cap
      ? ['--threads 1']
      : []),
    plain.pairs === null ? `--pairs${canSample ? ' or --sample' : ''}` : 'fewer --pairs or a smaller --cka-batch',
    ...(waiting > 0 ? ['fewer layers at a time'] : []),
    `--max-memory ${Math.ceil(most / 2 ** 26) * 64}M`,
  ];
  throw new LimitError(
    `${model}: layer ${layer} of ${images.toLocaleString('en')} images, ${positions.toLocaleString('en')} positions × ${channels.toLocaleString('en')} channels, takes about ${bytesText(own)} of memory${waiting > 0 ? `, beside ${bytesText(waiting)} of the layers before it` : ''}; ${bytesText(use.cap)} are allowed (--max-memory).`,
    { hint: `What helps: ${ways.join(', or ')}.` },
  );
}

/** For each layer, what is in memory while it is measured: for itself, and of the layers before it. */
function memoryOfEach(
  layers: readonly LayerSize[],
  images: number,
  plain: PlainOptions,
  use: MemoryUse,
): { own: number; waiting: number }[] {
  if (plain.pairs !== null) {
    const counts = {
      images,
      pairs: sampledPairs(images, plain),
      layers: layers.length,
      searched: Math.min(QUERIES_AT_ONCE, plain.queries ?? images),
    };
    return layers.map((layer) => ({ own: memoryOfPairs(layer, counts, use), waiting: 0 }));
  }
  // Of a layer that is done, matrices, the bytes of their files, and features wait for the study to be written.
  const matrices = 2 * plain.kernels.length * 2 * 4 * images ** 2;
  let before = 0;
  return layers.map((layer) => {
    const features = Math.min(plain.pairFeatures, images * layer.positions * layer.channels * 4);
    const waiting = before;
    before += matrices + features;
    return { own: memoryOfMatching(layer, images, use) + features, waiting };
  });
}
