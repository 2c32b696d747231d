import type { RepresentationsSection } from '../../study/representations-section.ts';
import { applyRules, type Finding, type Rule } from '../finding.ts';
import type { StudyReader } from '../study-reader.ts';
import { invariance, models, outputs, samePlaces } from './layer-rules.ts';
import { type RepresentationsFacts, readRepresentationsFacts } from './representations-facts.ts';
import { pooled, retrieval, unlabelled } from './retrieval-rules.ts';

/** In the order in which they are told. */
export const REPRESENTATIONS_RULES: readonly Rule<RepresentationsFacts>[] = [
  retrieval,
  pooled,
  samePlaces,
  outputs,
  models,
  invariance,
  unlabelled,
];

export async function representationsFindings(
  section: RepresentationsSection,
  reader: StudyReader,
): Promise<Finding[]> {
  return applyRules('representations', REPRESENTATIONS_RULES, await readRepresentationsFacts(section, reader));
}
