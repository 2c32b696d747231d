import type { ConceptsSection } from '../../study/concepts-section.ts';
import { applyRules, type Finding, type Rule } from '../finding.ts';
import { accuracy, limits, oneSided, performance, score, unshared } from './concept-rules.ts';
import { type ConceptsFacts, conceptsFacts } from './concepts-facts.ts';
import { covered } from './covered-rule.ts';

/** In the order in which they are told. */
export const CONCEPTS_RULES: readonly Rule<ConceptsFacts>[] = [
  unshared,
  covered,
  score,
  oneSided,
  performance,
  accuracy,
  limits,
];

export async function conceptsFindings(section: ConceptsSection): Promise<Finding[]> {
  return applyRules('concepts', CONCEPTS_RULES, conceptsFacts(section));
}
