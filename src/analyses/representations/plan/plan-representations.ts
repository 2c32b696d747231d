import { isFeaturesFile, openFeaturesFile } from '../../../activations/features-file/features-file.ts';
import type { LongTask } from '../../../base/progress.ts';
import { centre } from '../../../measures/representations/comparison/centring.ts';
import { retrieve } from '../../../measures/representations/comparison/retrieval.ts';
import { type FeatureMaps, featureMaps, sliceImages } from '../../../measures/representations/feature-maps.ts';
import { matchTile } from '../../../measures/representations/matching/match-tile.ts';
import { pairCount } from '../../../measures/representations/sampling/sample-pairs.ts';
import { createRandom } from '../../../statistics/random.ts';
import type { Matrix64 } from '../../../tensor/matrix.ts';
import { LONG_SECONDS, secondsEach, type WorkPlan } from '../../common/work-plan.ts';
import { compareLayers } from '../comparison/compare-layers.ts';
import type { PlannedLayer } from '../features/choose-layers.ts';
import { manyPositionsNotes } from '../features/choose-layers.ts';
import type { FeatureBlock, FeatureProvider } from '../features/feature-provider.ts';
import { fileFeatures } from '../features/file-features.ts';
import { modelFeatures } from '../features/model-features.ts';
import { settleSamples } from '../features/samples.ts';
import { matchSettings } from '../matching/match-settings.ts';
import { type MemoryUse, memoryOfMatching } from '../matching/memory.ts';
import { type PlainOptions, plainOptions, requireOptionsOfViews } from '../option-table.ts';
import {
  DEFAULT_MAX_MEMORY,
  type ImageInput,
  type RepresentationModelInput,
  type RepresentationsOptions,
  type RepresentationsPlatform,
} from '../options.ts';
import { sampledPairs } from './pair-counts.ts';
import { memoryOfLayers } from './require-memory.ts';
import { waysForPairs, waysForViews, waysToShorten } from './ways-to-shorten.ts';

/** Images whose features are taken to see how long that lasts, and pairs that are matched. */
const IMAGES_TRIED = 8;
const PAIRS_TRIED = 28;
/** Pairs that take less are tried a tile at a time, so often at most. */
const LONG_PAIR_SECONDS = 0.005;
const TILES_TRIED = 40;
/** Images of the matrices on which comparison is tried. */
const COMPARED = 96;

/** Images of a batch, whose two views are matched among themselves; or how many images each batch of groups has. */
export interface Views {
  batch: number;
  rows?: readonly number[];
}

/**
 * What `analyseRepresentations` would do with the same arguments: layers, pairs, bytes, and how long it would take by a
 * handful of images and pairs that are tried. Writes nothing.
 *
 * @param threads Threads that match.
 * @param views Of the experiment with several views of each image.
 * @throws as `analyseRepresentations` on models, files and options.
 */
export async function planRepresentations(
  inputs: readonly RepresentationModelInput[],
  images: readonly ImageInput[],
  options: RepresentationsOptions,
  platform: RepresentationsPlatform,
  threads: number,
  task: LongTask = {},
  views?: Views,
): Promise<WorkPlan> {
  if (views) requireOptionsOfViews(options);
  const { maxMemory = DEFAULT_MAX_MEMORY } = options;
  const plain = plainOptions(options);
  const files = await Promise.all(
    inputs.map(async ({ source }) => ((await isFeaturesFile(source)) ? openFeaturesFile(source) : undefined)),
  );
  const use: MemoryUse = {
    cap: maxMemory,
    threads,
    runs: files.some((file) => file === undefined),
    method: plain.method,
  };
  const samples = settleSamples(
    inputs,
    files,
    images,
    images.map(() => null),
  );
  const n = samples.images.length;
  const searches = searchesOf(samples.images, plain, options);
  const pairs = pairsOfWork(n, plain, searches, views);
  const used = views?.rows?.reduce((sum, rows) => sum + rows, 0) ?? n;
  const layers: WorkPlan['layers'] = [];
  const planned: PlannedLayer[] = [];
  const notes: string[] = [];
  let featureSeconds = 0;
  let matchSeconds = 0;
  let imagesTried = 0;
  let pairsTried = 0;
  for (const [m, input] of inputs.entries()) {
    task.signal?.throwIfAborted();
    const name = input.name ?? input.source.name.replace(/\.[^.]+$/, '');
    const opened = files[m];
    const provider = opened
      ? await fileFeatures(input, name, opened)
      : await modelFeatures(input, name, samples.images, plain.depth, platform);
    try {
      notes.push(...provider.warnings.filter((warning) => warning.startsWith('Passed over')));
      const { block, seconds } = await tryImages(provider, n, task);
      featureSeconds += seconds * used * (views && !views.rows ? 2 : 1);
      imagesTried = Math.max(imagesTried, block.indices.length);
      for (const [l, layer] of provider.layers.entries()) {
        const { positions, channels, droppedTokens } = layer;
        planned.push(layer);
        layers.push({ model: name, layer: layer.name, positions: positions - droppedTokens, channels });
        const tried = await tryPairs(layer, block.layers[l]!, block.indices.length, plain);
        matchSeconds += (tried.seconds * pairs) / threads;
        pairsTried = Math.max(pairsTried, tried.runs);
      }
    } finally {
      await provider.close();
    }
  }
  if (plain.method === 'optimal' || plain.method === 'auto') notes.push(...manyPositionsNotes(layers, plain));
  const steps: WorkPlan['steps'] = [
    { step: 'features', seconds: featureSeconds, basis: `${imagesTried} images tried` },
    {
      step: 'matching',
      seconds: matchSeconds,
      basis: `${pairsTried} pairs of each layer tried, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    },
  ];
  const described = { instrument: 'representations' as const, images: used, layers, notes, pairs };
  if (views) {
    // Batch after batch: neither features nor matrices are kept.
    const rows = Math.max(...(views.rows ?? [2 * views.batch]));
    const batch = Math.max(...layers.map((layer) => memoryOfMatching(layer, rows, use)));
    const seconds = featureSeconds + matchSeconds;
    const plan = { ...described, disk: { work: 0, study: 0 }, memory: { needed: batch, cap: null }, steps, seconds };
    return { ...plan, shorter: seconds > LONG_SECONDS ? waysForViews(plan) : [] };
  }
  if (plain.pairs !== null) {
    // No matrices: features stay on disk but for what a task touches.
    const needed = memoryOfLayers(layers, n, plain, use);
    const disk = { work: n * layers.reduce((sum, layer) => sum + layer.positions * layer.channels * 4, 0), study: 0 };
    disk.work += layers.length * pairs * 16;
    disk.study = layers.length * searches.queries * plain.k * 4;
    const seconds = featureSeconds + matchSeconds;
    const plan = { ...described, disk, memory: { needed, cap: maxMemory }, steps, seconds };
    return { ...plan, shorter: waysForPairs(plan, { ...plain, queries: plain.queries ?? 0 }) };
  }
  const comparison = tryComparison(layers.length, n, plain);
  steps.push({
    step: 'comparison and retrieval',
    seconds: comparison,
    basis: `tried on ${Math.min(n, COMPARED)} images`,
  });
  const size = ({ positions, channels }: { positions: number; channels: number }): number => positions * channels * 4;
  const matrices = plain.kernels.length * 2 * 4 * n * n;
  const study = layers.reduce((sum, layer) => sum + matrices + Math.min(n * size(layer), plain.pairFeatures), 0);
  const work = planned.reduce((sum, layer) => sum + n * size(layer), 0) + layers.length * pairs * 16;
  const largest = Math.max(...layers.map((layer) => n * size(layer)));
  const needed = memoryOfLayers(layers, n, plain, use);
  const plan: WorkPlan = {
    ...described,
    disk: { work, study },
    memory: { needed: Math.max(needed, Math.min(maxMemory, needed + largest)), cap: maxMemory },
    steps,
    seconds: steps.reduce((sum, { seconds }) => sum + seconds, 0),
    shorter: [],
  };
  return { ...plan, shorter: waysToShorten(plan, plain, needed, use, images.length > 0) };
}

/** Pairs that are matched in each layer; of those that queries need, all that norms may leave. */
function pairsOfWork(
  n: number,
  plain: PlainOptions,
  searches: { queries: number; database: number },
  views?: Views,
): number {
  if (views?.rows) return views.rows.reduce((sum, rows) => sum + pairCount(rows), 0);
  if (views) return Math.floor(n / views.batch) * views.batch * (2 * views.batch - 1);
  return plain.pairs === null ? pairCount(n) : sampledPairs(n, plain) + searches.queries * searches.database;
}

/** How many queries there are and how many images each is compared with; ids are not known yet and count as one image. */
function searchesOf(
  images: readonly ImageInput[],
  { queries }: PlainOptions,
  { queryImages, databaseImages }: RepresentationsOptions,
): { queries: number; database: number } {
  const n = images.length;
  if (!queryImages) return { queries: Math.min(n, queries ?? 0), database: n - 1 };
  const count = (entries: readonly string[]): number =>
    entries.reduce(
      (sum, entry) => sum + (entry.endsWith('/') ? images.filter(({ name }) => name.startsWith(entry)).length : 1),
      0,
    );
  const asked = 'share' in queryImages ? Math.round(n * queryImages.share) : count(queryImages);
  return { queries: asked, database: databaseImages ? count(databaseImages) : n - asked };
}

/** Features of the first few images, and seconds an image of those after the first. */
async function tryImages(
  provider: FeatureProvider,
  n: number,
  { signal }: LongTask,
): Promise<{ block: FeatureBlock; seconds: number }> {
  const task = signal ? { signal } : {};
  const count = Math.min(n, IMAGES_TRIED);
  // The first one warms the model up, or opens the file.
  const first = performance.now();
  const warm = await provider.block(0, 1, task);
  const start = performance.now();
  if (count === 1) return { block: warm, seconds: (start - first) / 1000 };
  const block = await provider.block(0, count, task);
  return { block, seconds: (performance.now() - start) / 1000 / count };
}

/** Seconds of one pair of a layer, on one thread. */
async function tryPairs(
  layer: PlannedLayer,
  data: Float32Array,
  count: number,
  { centring, ...plain }: PlainOptions,
): Promise<{ seconds: number; runs: number }> {
  if (count === 0) return { seconds: 0, runs: 0 };
  const { positions, channels, droppedTokens, extent } = layer;
  const whole = featureMaps(
    { shape: [count, positions, channels], data },
    { layout: 'ntd', layer: layer.name, ...(droppedTokens > 0 && { dropTokens: droppedTokens }) },
  );
  const maps: FeatureMaps = { ...centre(whole, centring), ...(extent && { extent }) };
  // With one image alone, itself stands in for another.
  const others = Math.max(1, count - 1);
  const options = matchSettings(plain, maps.positions);
  const one = await secondsEach(
    (index) => {
      const i = count === 1 ? 0 : 1 + (index % others);
      const j = count === 1 ? 0 : Math.floor(index / others) % i;
      return matchTile(sliceImages(maps, i, i + 1), sliceImages(maps, j, j + 1), options);
    },
    { most: PAIRS_TRIED },
  );
  const together = (count * (count - 1)) / 2;
  if (one.seconds > LONG_PAIR_SECONDS || together < 2) return one;
  // Short ones are matched as in the work itself, many at a time, or what comes before and after would be all.
  const tile = await secondsEach(() => matchTile(maps, maps, options), { most: TILES_TRIED });
  return { seconds: tile.seconds / together, runs: together };
}

/** Seconds of kernels, retrieval and comparison of all layers, by matrices of a few images: they grow with the square. */
function tryComparison(layers: number, n: number, plain: PlainOptions): number {
  const m = Math.min(n, COMPARED);
  if (m < 3) return 0;
  const random = createRandom(1);
  const made = (): Matrix64 => {
    const matrix = { rows: m, cols: m, data: new Float64Array(m * m) };
    for (let i = 0; i < m; i++)
      for (let j = 0; j <= i; j++) matrix.data[i * m + j] = matrix.data[j * m + i] = random.normal();
    return matrix;
  };
  const time = (work: () => unknown): number => {
    work();
    const start = performance.now();
    work();
    return (performance.now() - start) / 1000;
  };
  const two = [0, 1].map((layer) => ({ model: 'm', layer: String(layer), semantic: made(), spatial: made() }));
  const compare = (permutations: number): number => time(() => compareLayers(two, { ...plain, permutations }));
  const once = compare(0);
  const permuted = plain.permutations > 0 ? Math.max(0, compare(2) - once) / 2 : 0;
  const searched = time(() => retrieve(two[0]!.semantic, { k: plain.k, excludeSelf: true }));
  const layerPairs = (layers * (layers + 1)) / 2;
  const each = plain.kernels.length * 2 * searched * layers * (Math.log2(n) / Math.log2(m));
  return (n / m) ** 2 * (((once + permuted * plain.permutations) / 3) * layerPairs + each);
}
