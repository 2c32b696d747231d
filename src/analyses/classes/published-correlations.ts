import {
  ALIGNMENT_MEASURES,
  type AlignmentMeasure,
} from '../../measures/class-similarity/alignment-measures/alignment-measures.ts';
import {
  correlateWithTrait,
  type TraitCorrelation,
} from '../../measures/class-similarity/population/trait-correlation.ts';
import type { PopulationMember } from './population-file.ts';

/** Correlations of one group of models, per measure, with size and accuracy. */
export interface PublishedCorrelation {
  group: string;
  measure: AlignmentMeasure;
  parameters: TraitCorrelation;
  accuracy: TraitCorrelation;
}

/**
 * The correlations of published alignments with size and accuracy, for all members and per kind; hybrids count as ViTs.
 * Needs no model at all.
 */
export function publishedCorrelations(members: readonly PopulationMember[], seed = 0): PublishedCorrelation[] {
  const groups = [
    { group: 'all', rows: members },
    { group: 'cnn', rows: members.filter(({ kind }) => kind === 'cnn') },
    { group: 'vit', rows: members.filter(({ kind }) => kind === 'vit' || kind === 'hybrid') },
  ];
  return groups.flatMap(({ group, rows }) =>
    ALIGNMENT_MEASURES.map((measure) => {
      const alignment = rows.map(({ published }) => published?.[measure] ?? null);
      const trait = (key: 'parameters' | 'accuracy'): TraitCorrelation =>
        correlateWithTrait(
          alignment,
          rows.map((member) => member[key] ?? null),
          { seed },
        );
      return { group, measure, parameters: trait('parameters'), accuracy: trait('accuracy') };
    }),
  );
}
