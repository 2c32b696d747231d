import { MAIN_MEASURE } from '../../../measures/class-similarity/alignment-measures/alignment-measures.ts';
import {
  type AccuracyBand,
  type RankedModel,
  rankAtAccuracy,
} from '../../../measures/class-similarity/population/at-accuracy.ts';
import type { ClassesSection } from '../../../study/classes-section.ts';
import type { PopulationSection } from '../../../study/population-section.ts';

/** The models of a band ranked by their Spearman alignment with the main reference; ties by the paired bootstrap. */
export function rankedAtAccuracy(
  section: ClassesSection,
  population: PopulationSection,
  band: AccuracyBand,
): RankedModel[] {
  const reference = section.references[0]?.id;
  if (reference === undefined) return [];
  const models = section.models.map((model) => ({
    id: model.id,
    accuracy: population.members.find((member) => member.model === model.id)?.accuracy ?? null,
    alignment: model.alignment[reference]![MAIN_MEASURE],
  }));
  const isTie = (a: string, b: string): boolean =>
    section.differences.some(
      (row) =>
        row.reference === reference &&
        row.measure === MAIN_MEASURE &&
        !row.distinguishable &&
        ((row.a === a && row.b === b) || (row.a === b && row.b === a)),
    );
  return rankAtAccuracy(models, band, isTie);
}
