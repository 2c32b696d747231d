/** What the library exports of the concepts analysis. */
export { analyseConcepts, type ConceptsResult } from './analyse-concepts.ts';
export {
  type NamingJob,
  type NamingPlan,
  type NamingPlatform,
  nameConcepts,
  planNaming,
} from './naming/name-concepts.ts';
export {
  NAMING_PROVIDERS,
  type NamingProvider,
  type NamingService,
  namingService,
} from './naming/provider.ts';
export type {
  ConceptImageInput,
  ConceptModelInput,
  ConceptsOptions,
  ConceptsPlatform,
} from './options.ts';
