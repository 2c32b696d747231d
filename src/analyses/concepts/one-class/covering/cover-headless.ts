import type { LongTask } from '../../../../base/progress.ts';
import { LEAST_VALUES } from '../../../../statistics/intervals/mean-interval.ts';
import type { Matrix32 } from '../../../../tensor/matrix.ts';
import type { ConceptSource } from '../../sources/concept-source.ts';
import type { MeasuredConcept } from '../class-record.ts';
import { type Covered, canCover } from './covered-pictures.ts';
import { coveringImportance } from './covering-importance.ts';

/** What was measured of a class: coefficients of the evaluation patches as `coefficients-0`, and each model's concepts. */
interface HeadlessRecord {
  models: readonly ({ concepts: Pick<MeasuredConcept, 'importance'>[] } | null)[];
  warnings: string[];
  arrays: Readonly<Record<string, Matrix32>>;
}

/** A model, with the head that importance was measured through, and the class's column for each evaluation image. */
export interface HeadlessModel {
  source: ConceptSource;
  hasHead: boolean;
  /** Null where the model is no classifier. */
  targets: readonly number[] | null;
}

/**
 * Importance by covering, of the models whose concepts have none by a head. Written to the record, with a warning that names
 * the concepts that too few images show.
 */
export async function coverHeadless(
  record: HeadlessRecord,
  models: readonly HeadlessModel[],
  covered: Covered,
  task: LongTask,
): Promise<void> {
  for (const [m, { source, hasHead, targets }] of models.entries()) {
    const owner = record.models[m];
    if (!owner || hasHead || !canCover(source, covered.sampler)) continue;
    const found = await coveringImportance(record.arrays[`coefficients-${m}`]!, source, targets, covered, task);
    for (const [j, concept] of owner.concepts.entries()) concept.importance = found.importance[j]!;
    const few = found.images.flatMap((images, j) => (images < LEAST_VALUES ? [`${j} (${images})`] : []));
    if (few.length > 0)
      record.warnings.push(
        `${source.name}: ${few.length === 1 ? 'a concept has' : 'concepts have'} no importance by covering, since fewer than ${LEAST_VALUES} evaluation images show ${few.length === 1 ? 'it' : 'each'}: ${few.join(', ')}.`,
      );
  }
}
