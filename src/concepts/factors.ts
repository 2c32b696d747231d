/** What the library exports of the factorisation of activations into concepts. */
export {
  type ComponentSweepOptions,
  type ComponentSweepPoint,
  componentSweep,
} from './component-sweep.ts';
export {
  FACTORISATION_METHODS,
  type Factorisation,
  type FactorisationInit,
  type FactorisationMethod,
  type FactoriseOptions,
  factorise,
} from './factorise.ts';
export { type ConceptHygiene, conceptHygiene, type HygieneOptions } from './hygiene.ts';
export { type DirectionMatching, matchConcepts } from './match-concepts.ts';
export type { Precision } from './nmf.ts';
export { type FactorStart, nndsvd } from './nndsvd.ts';
export { nonNegativeCoefficients } from './nnls.ts';
export { type ReconstructionError, reconstructionError } from './reconstruction.ts';
export {
  type ConceptStability,
  conceptStability,
  type StabilityOptions,
  type StabilityRun,
} from './stability.ts';
export { type TruncatedSvd, truncatedSvd } from './truncated-svd.ts';
