import { THRESHOLDS } from './thresholds.ts';

/** Where the mistakes of a network lie to the true class, measured by those of chance. */
export type PlaceOfMistakes = 'near' | 'hardly nearer' | 'like random' | 'farther';

/**
 * Judges errors-only inverse dissimilarity by how far it is from its chance level, and by how many deviations of that
 * level; by the distance alone where the deviation was not measured.
 */
export function placeOfMistakes(value: number, chance: { mean: number; z: number | null }): PlaceOfMistakes {
  const above = value - chance.mean;
  const { mistakesAboveChance, aboveChanceZ } = THRESHOLDS;
  const isAbove = chance.z === null ? above > 0 : chance.z >= aboveChanceZ;
  if (isAbove) return above >= mistakesAboveChance ? 'near' : 'hardly nearer';
  const isBelow = chance.z === null ? above <= -mistakesAboveChance : chance.z <= -aboveChanceZ;
  return isBelow ? 'farther' : 'like random';
}

/** What a sentence says of mistakes that lie so. */
export const MISTAKES_LIE: Readonly<Record<PlaceOfMistakes, string>> = {
  near: 'lie near the true class',
  'hardly nearer': 'are hardly nearer to the true class than random ones',
  'like random': 'cannot be told from random ones',
  farther: 'lie farther from the true class than random ones',
};
