import type { TrainingSection } from '../../study/training-section.ts';
import { applyRules, type Finding, type Rule } from '../finding.ts';
import type { StudyReader } from '../study-reader.ts';
import { aligned, leader } from './comparison-rules.ts';
import { fitted, missing, mistakes, settled, warned } from './course-rules.ts';
import { readTrainingFacts, type TrainingFacts } from './training-facts.ts';

/** In the order in which they are told. */
export const TRAINING_RULES: readonly Rule<TrainingFacts>[] = [
  warned,
  leader,
  aligned,
  settled,
  mistakes,
  fitted,
  missing,
];

export async function trainingFindings(section: TrainingSection, reader: StudyReader): Promise<Finding[]> {
  return applyRules('training', TRAINING_RULES, await readTrainingFacts(section, reader));
}
