import { LONG_SECONDS, type WorkPlan } from '../../common/work-plan.ts';
import { PREFERRED_POSITIONS } from '../features/choose-layers.ts';
import { settledMethod } from '../matching/match-settings.ts';
import type { MemoryUse } from '../matching/memory.ts';
import type { PlainOptions } from '../option-table.ts';
import { memoryOfLayers } from './require-memory.ts';

/** Fewer images than these tell little. */
const LEAST_IMAGES = 50;

/**
 * Flags that would make the work shorter or smaller, each with what it would come to; none where it is done within ten
 * minutes and within the memory.
 *
 * @param needed Bytes that cannot be done without, whatever is loaded in parts.
 * @param canSample Whether images were given, of which a part could be taken.
 */
export function waysToShorten(
  plan: WorkPlan,
  options: PlainOptions,
  needed: number,
  use: MemoryUse,
  canSample: boolean,
): WorkPlan['shorter'] {
  const { images, layers, seconds, memory } = plan;
  const slow = seconds > LONG_SECONDS;
  const large = needed > memory.cap!;
  if (!slow && !large) return [];
  const ways: WorkPlan['shorter'] = [];
  const quadratic = plan.steps.slice(1).reduce((sum, { seconds: one }) => sum + one, 0);
  const linear = plan.steps[0]!.seconds;
  const some = Math.min(1e6, Math.round((plan.pairs! * LONG_SECONDS) / 2 / Math.max(1e-9, plan.steps[1]!.seconds)));
  if (some < plan.pairs! / 2 && linear < LONG_SECONDS)
    ways.push({
      flags: `--pairs ${Number(some.toPrecision(1))} --queries 0`,
      effect: 'RSA on random pairs and CKA from batches, with intervals; no matrices, no retrieval',
    });
  let fewer = images;
  while (fewer > LEAST_IMAGES && !fits(fewer)) fewer = Math.floor(fewer * 0.9);
  if (canSample && fewer < images && fits(fewer))
    ways.push({ flags: `--sample ${fewer}`, effect: `${pairsOf(fewer)} pairs a layer, ${about(secondsOf(fewer))}` });
  const largest = layers.reduce((a, b) => (b.positions > a.positions ? b : a));
  const isExact = settledMethod(options.method, largest.positions) === 'optimal';
  if (layers.length > 1)
    ways.push({
      flags: '--layers NAMES',
      effect: `fewer layers; ${largest.layer} has ${largest.positions.toLocaleString('en')} positions`,
    });
  if (slow && largest.positions > PREFERRED_POSITIONS && isExact)
    ways.push({
      flags: '--method prototypes',
      effect: `approximate, each pair with an upper bound: ${largest.positions.toLocaleString('en')} positions in at most ${options.prototypes.toLocaleString('en')} groups`,
    });
  if (slow && largest.positions > options.batchSize && isExact)
    ways.push({
      flags: '--method batch-optimal',
      effect: `approximate: windows of ${options.batchSize} of ${largest.positions.toLocaleString('en')} positions`,
    });
  if (slow && layers.length === 1 && largest.positions > PREFERRED_POSITIONS)
    ways.push({ flags: '--layers NAME', effect: `a layer of at most ${PREFERRED_POSITIONS} positions` });
  if (large) {
    if (use.threads > 1 && memoryOfLayers(layers, images, options, { ...use, threads: 1 }) <= memory.cap!)
      ways.push({ flags: '--threads 1', effect: 'slower' });
    ways.push({ flags: `--max-memory ${sizeText(needed)}`, effect: 'where the machine has as much' });
  }
  return ways;

  function fits(n: number): boolean {
    return secondsOf(n) <= LONG_SECONDS && (!large || memoryOfLayers(layers, n, options, use) <= memory.cap!);
  }
  function secondsOf(n: number): number {
    return linear * (n / images) + quadratic * (n / images) ** 2;
  }
}

/** Flags that would make work on a part of the pairs shorter. */
export function waysForPairs(
  { images, seconds, memory }: Pick<WorkPlan, 'images' | 'seconds' | 'memory'>,
  { pairs, queries, ckaBatch }: PlainOptions,
): WorkPlan['shorter'] {
  if (seconds <= LONG_SECONDS && memory.needed <= memory.cap!) return [];
  return [
    ...(queries! > 0
      ? [{ flags: `--queries ${Math.floor(queries! / 4)}`, effect: 'fewer images that are queries' }]
      : []),
    ...(pairs! > 0 ? [{ flags: `--pairs ${Math.ceil(pairs! / 4)}`, effect: 'intervals of RSA twice as wide' }] : []),
    ...(ckaBatch! > 50 && images > 50
      ? [{ flags: '--cka-batch 50', effect: 'fewer pairs in the batches of CKA' }]
      : []),
    { flags: '--layers NAMES', effect: 'fewer layers, or such with fewer positions' },
  ];
}

/** Flags that would make the experiment with two views shorter, whose time grows with the images. */
export function waysForViews({ images, seconds }: Pick<WorkPlan, 'images' | 'seconds'>): WorkPlan['shorter'] {
  const fewer = Math.max(2, Math.floor((images * LONG_SECONDS) / seconds));
  return [
    { flags: `--sample ${fewer}`, effect: about(seconds * (fewer / images)) },
    { flags: '--layers NAMES', effect: 'fewer layers, or such with fewer positions' },
  ];
}

/** A size that is enough, as the option takes it: "640M", "3G". */
function sizeText(bytes: number): string {
  return bytes < 2 ** 30 ? `${Math.ceil(bytes / 2 ** 26) * 64}M` : `${Math.ceil(bytes / 2 ** 30)}G`;
}

function pairsOf(n: number): string {
  return ((n * (n - 1)) / 2).toLocaleString('en');
}

function about(seconds: number): string {
  return seconds < 90 ? `about ${Math.ceil(seconds)} s` : `about ${Math.ceil(seconds / 60)} min`;
}
