import { pairCount } from '../../../measures/representations/sampling/sample-pairs.ts';
import { MINIBATCH_RULES, type PlainOptions } from '../option-table.ts';

/** Pairs that are looked at where not all are: those drawn at random, and all within the batches of CKA. */
export function sampledPairs(images: number, { pairs, cka, ckaBatch }: PlainOptions): number {
  const batches = MINIBATCH_RULES[cka] === null || images < 4 ? 0 : Math.ceil(images / ckaBatch!);
  const within = batches === 0 ? 0 : Math.round((images * (images / batches - 1)) / 2);
  return Math.min(pairs!, pairCount(images)) + within;
}
