import { sha256Words } from '../../../base/sha256.ts';
import { createRandom, type Random } from '../../../statistics/random.ts';
import type { CollageRow } from '../../../study/concepts-section.ts';
import { COLLAGE_ROWS } from './collage-sheet.ts';

/** How one concept is asked about: drawn at random, the same for the same seed and concept. */
export interface NamingDraw {
  /** The rows of the picture from above; the same for the collages and their control. */
  order: CollageRow['kind'][];
  /** Whether the control is sent before the collages. */
  controlFirst: boolean;
  /** The control's rows: as many patches in each as the concept has there. */
  control: CollageRow[];
}

/**
 * Draws the order of a concept's collages and its shuffled control: patches of all concepts that the model has for the class,
 * dealt at random into rows as long as the concept's own. A name that such a picture is given too is of the class, or of
 * nothing, and not of the concept.
 *
 * @param all The rows of all concepts of the class and model; those of `concept` among them.
 * @param key Names the concept within the study.
 */
export function drawNaming(all: readonly CollageRow[], concept: number, key: string, seed: number): NamingDraw {
  const random = createRandom(sha256Words(`${seed}/${key}`)[0]);
  const order = shuffled(COLLAGE_ROWS, random);
  const controlFirst = random.next() < 0.5;
  // A patch may stand in collages of several concepts and is dealt once.
  const pool = new Map(all.flatMap(({ patches }) => patches.map((patch) => [patch.row, patch] as const)));
  const dealt = shuffled([...pool.values()], random);
  const control = all
    .filter((row) => row.concept === concept)
    .map((row) => ({ ...row, patches: dealt.splice(0, row.patches.length) }));
  return { order, controlFirst, control };
}

/** A list in random order. */
export function shuffled<T>(list: readonly T[], random: Random): T[] {
  return Array.from(random.permutation(list.length), (i) => list[i]!);
}
