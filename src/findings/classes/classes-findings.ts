import type { ClassesSection } from '../../study/classes-section.ts';
import { applyRules, type Finding, type Rule } from '../finding.ts';
import type { StudyReader } from '../study-reader.ts';
import { alignment, difference, failed, noReference, wrongOrder } from './alignment-rules.ts';
import { type ClassesFacts, readClassesFacts } from './classes-facts.ts';
import { agreement, closestPair, labelling, neighbours, strangePair } from './pair-rules.ts';
import { population } from './population-rules.ts';
import { predictions } from './prediction-rules.ts';

/** In the order in which they are told. */
export const CLASSES_RULES: readonly Rule<ClassesFacts>[] = [
  wrongOrder,
  alignment,
  strangePair,
  closestPair,
  neighbours,
  agreement,
  predictions,
  population,
  difference,
  labelling,
  noReference,
  failed,
];

export async function classesFindings(section: ClassesSection, reader: StudyReader): Promise<Finding[]> {
  return applyRules('classes', CLASSES_RULES, await readClassesFacts(section, reader));
}
