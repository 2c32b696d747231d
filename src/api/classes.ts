/**
 * Class similarity from the weights of a classifier alone, against meaning and between networks.
 *
 * @module
 */

export { analyseClasses, type ClassesResult } from '../analyses/classes/analyse-classes.ts';
export type { ClassesOptions, ClassModelInput, ReferenceRequest } from '../analyses/classes/options.ts';
export type { LabelsRequest } from '../analyses/classes/row-classes.ts';
export { nsad, ssad } from '../measures/class-similarity/alignment.ts';
export {
  ALIGNMENT_MEASURES,
  type AlignmentMeasure,
} from '../measures/class-similarity/alignment-measures/alignment-measures.ts';
export { bootstrapAlignment, pairedDifference } from '../measures/class-similarity/bootstrap.ts';
export { type ChanceLevel, chanceLevel } from '../measures/class-similarity/chance.ts';
export { closestPairs } from '../measures/class-similarity/closest-pairs.ts';
export { mantelTest } from '../measures/class-similarity/mantel.ts';
export { neighbours } from '../measures/class-similarity/neighbours.ts';
export { type PreparedSimilarity, prepareSimilarity } from '../measures/class-similarity/prepared-similarity.ts';
export { alignClasses } from '../measures/class-similarity/shared-classes.ts';
export { cosineSimilarityMatrix } from '../statistics/cosine-matrix.ts';
