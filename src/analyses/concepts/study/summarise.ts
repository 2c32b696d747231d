import { featureCka } from '../../../measures/concepts/data/feature-cka.ts';
import { meanOf } from '../../../measures/concepts/regress/concept-similarity.ts';
import {
  conceptGroup,
  countGroups,
  type GroupThresholds,
  groupThresholds,
  LEAST_IMPORTANCE,
} from '../../../measures/concepts/report/concept-groups.ts';
import { effectLine } from '../../../measures/concepts/report/effect-of-similarity.ts';
import { classSharing, performanceCorrelation } from '../../../measures/concepts/report/performance.ts';
import { leastSharedConcepts } from '../../../measures/concepts/report/shortlist.ts';
import {
  normalisedImportance,
  pairScore,
  type ScoredConcept,
  similaritySummary,
} from '../../../measures/concepts/report/summary.ts';
import { holm } from '../../../statistics/holm.ts';
import type { ConceptEntry, ConceptsSection, ShortlistRow } from '../../../study/concepts-section.ts';
import { row } from '../../../tensor/matrix.ts';
import type { ClassRecord, MeasuredConcept } from '../one-class/class-record.ts';
import type { PlainOptions } from '../option-table.ts';
import type { ClassGroup } from '../sources/image-groups.ts';

/** A class with everything that was measured of it. */
export interface MeasuredClass {
  group: ClassGroup;
  record: ClassRecord;
  accuracy: [number | null, number | null];
}

/** A concept with where it comes from and its figures in normalised units. */
interface Scored extends ScoredConcept {
  entry: MeasuredConcept;
  self: ScoredConcept;
}

export interface Summarised {
  summary: ConceptsSection['summary'];
  performance: ConceptsSection['performance'];
  shortlist: ShortlistRow[];
  /** The concept with what depends on all classes. */
  complete(classId: string, model: 0 | 1, concept: MeasuredConcept): ConceptEntry;
}

/** What is said of all classes together. */
export function summarise(classes: readonly MeasuredClass[], options: PlainOptions): Summarised {
  const scored = scoredConcepts(classes);
  const normalised = normalisedImportance(scored);
  scored.forEach((concept, i) => {
    concept.importance = normalised[i]!;
    concept.self.importance = normalised[i]!;
  });
  const thresholds = groupThresholds(scored);
  const corrected = correctedCovering(scored);
  const byKey = new Map(scored.map((concept) => [keyOf(concept.classId, concept.model, concept.concept), concept]));
  const { resamples, level, seed } = options;
  const settings = { resamples, level, seed };
  return {
    summary: {
      models: [0, 1].map((m) =>
        ownerSummary(m as 0 | 1, scored, thresholds, settings),
      ) as ConceptsSection['summary']['models'],
      score: pairScore(scored, settings),
      maxSimilarity: meanOf([0, 1].map((m) => maxSimilarityOf(scored, m as 0 | 1))),
      cka: featureCka(
        classes.map(({ record }) => [record.arrays['activations-0']!, record.arrays['activations-1']!] as const),
      ),
      thresholds,
      level,
      resamples,
      seed,
    },
    performance: performanceOf(classes, scored, settings),
    shortlist: leastSharedConcepts(scored, { count: options.shortlist, least: LEAST_IMPORTANCE }).map(
      ({ model, classId, concept, similarity, self, importance }): ShortlistRow => ({
        model,
        class: classId,
        concept,
        similarity: similarity!,
        self: self.similarity,
        importance,
      }),
    ),
    complete(classId, model, { covered, ...concept }) {
      const found = byKey.get(keyOf(classId, model, concept.index))!;
      return {
        ...concept,
        importance: concept.importance && { ...concept.importance, normalised: found.importance! },
        ...(covered !== undefined && { covered: covered && { ...covered, pCorrected: corrected.get(found) ?? null } }),
        group: conceptGroup(found, thresholds),
      };
    },
  };
}

function keyOf(classId: string, model: number, concept: number): string {
  return `${classId}/${model}/${concept}`;
}

/**
 * p-values of covering, corrected for the number of concepts: of many some move the answer by chance, and the more are looked at,
 * the more it takes.
 */
function correctedCovering(scored: readonly Scored[]): Map<Scored, number> {
  const known = scored.flatMap((concept) => {
    const p = concept.entry.covered?.p ?? null;
    return p === null ? [] : [{ concept, p }];
  });
  const corrected = holm(known.map(({ p }) => p));
  return new Map(known.map(({ concept }, i) => [concept, corrected[i]!]));
}

function scoredConcepts(classes: readonly MeasuredClass[]): Scored[] {
  return classes.flatMap(({ group, record }) =>
    ([0, 1] as const).flatMap((model) =>
      (record.models[model]?.concepts ?? []).map((entry): Scored => {
        const of = (way: 'cross' | 'self'): ScoredConcept => ({
          classId: group.id,
          model,
          concept: entry.index,
          similarity: entry.similarity[way].pearson.value,
          importance: entry.importance?.value ?? null,
          draws: Float64Array.from(row(record.arrays[`${way}-draws-${model}`]!, entry.index)),
        });
        return { ...of('cross'), entry, self: of('self') };
      }),
    ),
  );
}

function ownerSummary(
  model: 0 | 1,
  scored: readonly Scored[],
  thresholds: GroupThresholds,
  settings: { resamples: number; level: number; seed: number },
): ConceptsSection['summary']['models'][number] {
  const own = scored.filter((concept) => concept.model === model);
  const cross = similaritySummary(own, settings);
  const self = similaritySummary(
    own.map((concept) => concept.self),
    settings,
  );
  const part = ({ mean, median, std, weightedMean, weightedMedian }: typeof cross) => ({
    mean,
    median,
    std,
    weightedMean,
    weightedMedian,
  });
  return {
    concepts: own.length,
    missing: cross.missing,
    constantPredictions: own.filter(({ entry }) => entry.similarity.cross.constant === 'prediction').length,
    cross: part(cross),
    self: part(self),
    null: {
      shuffled: meanOf(own.map(({ entry }) => entry.null.shuffled?.mean ?? null)),
      randomNetwork: meanOf(own.map(({ entry }) => entry.null.randomNetwork)),
    },
    // Without importance no concept is in a group; a count of 0 would say that there are none of the kind.
    groups: own.some(({ importance }) => importance !== null) ? countGroups(own, thresholds) : null,
    bySimilarity: {
      low: own.filter(({ similarity }) => similarity !== null && similarity < thresholds.similarity).length,
      high: own.filter(({ similarity }) => similarity !== null && similarity >= thresholds.similarity).length,
    },
    maxSimilarity: maxSimilarityOf(scored, model),
    effects: { l2: effectsOf(own, 'l2'), kl: effectsOf(own, 'kl') },
  };
}

/** What falling short of a concept goes with, over the concepts of a model. */
function effectsOf(own: readonly Scored[], measure: 'l2' | 'kl') {
  const points = own.map(({ similarity, self, importance, entry }) => ({
    similarity: similarity === null || self.similarity === null ? null : similarity - self.similarity,
    effect: entry.replacement.delta[measure],
    importance,
  }));
  return { raw: effectLine(points, 'concepts'), byImportance: effectLine(points, 'importance') };
}

function maxSimilarityOf(scored: readonly Scored[], model: 0 | 1): number | null {
  return meanOf(scored.filter((concept) => concept.model === model).map(({ entry }) => entry.maxSimilarity));
}

/** Classes with labels are needed, at least three. */
function performanceOf(
  classes: readonly MeasuredClass[],
  scored: readonly Scored[],
  settings: { resamples: number; level: number; seed: number },
): ConceptsSection['performance'] {
  const differences = new Map(
    classes.map(({ group, accuracy: [a, b] }) => [group.id, a === null || b === null ? null : a - b]),
  );
  if ([...differences.values()].filter((value) => value !== null).length < 3) return null;
  const sharing = classSharing(scored);
  const of = (model: 0 | 1) => {
    const own = sharing.filter((one) => one.model === model);
    const gaps = own.map(({ classId }) => differences.get(classId)!);
    return {
      similarity: performanceCorrelation(
        own.map(({ similarity }) => similarity),
        gaps,
        settings,
      ),
      importance: performanceCorrelation(
        own.map(({ unsharedImportance }) => unsharedImportance),
        gaps,
        settings,
      ),
    };
  };
  return { models: [of(0), of(1)] };
}
