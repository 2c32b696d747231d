/**
 * Which images are alike to a network, layer by layer, by optimal matching of spatial features.
 *
 * @module
 */

export { analyseInvariance, type InvarianceOptions } from '../analyses/representations/analyse-invariance.ts';
export {
  analyseRepresentations,
  type RepresentationsResult,
} from '../analyses/representations/analyse-representations.ts';
export type {
  RepresentationModelInput,
  RepresentationsOptions,
  RepresentationsPlatform,
} from '../analyses/representations/options.ts';
export { cka, minibatchCka } from '../measures/representations/comparison/cka.ts';
export { jensenShannonMatrix, outputCorrelation } from '../measures/representations/comparison/output-similarity.ts';
export { retrieve } from '../measures/representations/comparison/retrieval.ts';
export { rsa } from '../measures/representations/comparison/rsa.ts';
export { type FeatureMaps, featureMaps } from '../measures/representations/feature-maps.ts';
export { assign } from '../measures/representations/matching/assign.ts';
export type { AssignOptions } from '../measures/representations/matching/assign-options.ts';
export { matchPlaces } from '../measures/representations/matching/matched-places.ts';
export { MATCHING_METHODS } from '../measures/representations/matching/matching-methods.ts';
export { mutualNeighbours } from '../measures/representations/matching/mutual-neighbours.ts';
export { kernelMatrix } from '../measures/representations/similarity-kernels.ts';
export { type SimilarityMatrices, similarityMatrices } from '../measures/representations/similarity-matrices.ts';
export { softmaxRows } from '../statistics/probabilities.ts';
