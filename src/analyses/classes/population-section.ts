import { settleOptions } from '../../base/option-table.ts';
import type { LongTask } from '../../base/progress.ts';
import { clusterOrder } from '../../clustering/cluster-order.ts';
import { dendrogram } from '../../clustering/dendrogram.ts';
import { nsad } from '../../measures/class-similarity/alignment.ts';
import {
  ALIGNMENT_MEASURES,
  type AlignmentMeasure,
  eachMeasure,
} from '../../measures/class-similarity/alignment-measures/alignment-measures.ts';
import { closestPairs } from '../../measures/class-similarity/closest-pairs.ts';
import { familyContrast } from '../../measures/class-similarity/population/family-contrast.ts';
import { groupMeans } from '../../measures/class-similarity/population/group-means.ts';
import { histogram } from '../../measures/class-similarity/population/histogram.ts';
import { kindGroups } from '../../measures/class-similarity/population/kind-groups.ts';
import { type PairPopularity, pairPopularity } from '../../measures/class-similarity/population/pair-popularity.ts';
import { correlateWithTrait } from '../../measures/class-similarity/population/trait-correlation.ts';
import { type PreparedSimilarity, prepareSimilarity } from '../../measures/class-similarity/prepared-similarity.ts';
import type { WordNet } from '../../semantics/wordnet.ts';
import type { ClassesSection } from '../../study/classes-section.ts';
import type { PopulationSection } from '../../study/population-section.ts';
import type { MeasuredModel } from './measured-model.ts';
import { POPULATION_OPTIONS } from './option-table.ts';
import type { PopulationFacts } from './options.ts';
import type { PopulationMember } from './population-file.ts';
import type { Reference } from './references.ts';
import type { RowClass } from './row-classes.ts';
import { subtreeClasses } from './subtree.ts';
import { ANIMALS } from './tree-cuts.ts';

const HISTOGRAM_BINS = 30;

export interface PopulationInput {
  facts: PopulationFacts;
  models: readonly MeasuredModel[];
  nsad: ClassesSection['nsad'];
  classes: readonly RowClass[];
  graph: WordNet | undefined;
  /** The first is the main one. */
  references: readonly Reference[];
  seed: number;
}

/**
 * Everything that a population of models tells beyond its members (Filus & Domańska): correlation of alignment with
 * size and accuracy, clustering of the networks, families, histograms of NSAD for all classes and for a WordNet
 * subtree, and the pairs of classes that many networks have in common.
 */
export function populationSection(
  { facts, models, nsad: networkAlignment, classes, graph, references, seed }: PopulationInput,
  task: LongTask = {},
): { section: Omit<PopulationSection, 'pairs'>; pairs: PairPopularity[] } {
  const reference = references[0]?.id ?? null;
  const { hybrids, foldPairs, subtree: wanted } = settleOptions(POPULATION_OPTIONS, facts);
  const members = models.map(({ member }) => facts.members[member]!);
  const rows = [...members, ...(facts.published?.members ?? [])];
  const groups = kindGroups(
    rows.map(({ kind }) => kind ?? null),
    hybrids,
  );
  const pick = <T>(values: readonly T[], at: readonly number[]): T[] => at.map((i) => values[i]!);

  const alignmentOf = (measure: AlignmentMeasure) => [
    ...models.map((model) => (reference === null ? null : model.alignment[reference]![measure])),
    ...(facts.published?.members ?? []).map(({ published }) => published?.[measure] ?? null),
  ];
  const correlations = groups.map(({ name, at }) => ({
    group: name,
    ...eachMeasure((measure) => {
      const values = pick(alignmentOf(measure), at);
      const trait = (key: 'parameters' | 'accuracy') =>
        correlateWithTrait(
          values,
          pick(
            rows.map((member) => member[key] ?? null),
            at,
          ),
          { seed },
        );
      return { parameters: trait('parameters'), accuracy: trait('accuracy') };
    }),
  }));

  const subtree = subtreeClasses(wanted ?? ANIMALS, classes, graph, references);
  return {
    section: {
      name: facts.name ?? null,
      hybrids,
      pairsFolded: foldPairs,
      members: [...facts.members, ...(facts.published?.members ?? [])].map((member, i) => ({
        id: member.id,
        model: models.find((model) => model.member === i)?.id ?? null,
        ...(i < facts.members.length ? {} : { publishedOnly: true }),
        source: member.source,
        family: member.family ?? null,
        kind: member.kind ?? null,
        parameters: member.parameters ?? models.find((model) => model.member === i)?.model.parameters ?? null,
        accuracy: member.accuracy ?? null,
        published: member.published ?? null,
      })),
      correlations,
      clustering: eachMeasure((measure) => clusterModels(networkAlignment[measure])),
      families: eachMeasure((measure) =>
        familyContrast(
          networkAlignment[measure],
          members.map(({ family }) => family ?? null),
          { seed },
        ),
      ),
      groups: groupColumns(members, hybrids).map(({ column, values }) => ({
        column,
        ...groupAlignments(values, (measure) => networkAlignment[measure], seed),
      })),
      histograms: {
        all: eachMeasure((measure) => histogram(offDiagonal(networkAlignment[measure]), { bins: HISTOGRAM_BINS })),
        subtree:
          subtree && models.length > 0
            ? {
                synset: subtree.synset,
                name: subtree.name,
                classes: subtree.at.length,
                ...subtreeHistograms(models, subtree.at, task),
              }
            : undefined,
      },
    },
    pairs: pairPopularity(models.map(({ similarity }) => closestPairs(similarity, { unique: foldPairs }))),
  };
}

/** The columns by which networks fall into groups: their kind, and those that the population file adds. */
function groupColumns(members: readonly PopulationMember[], hybrids: 'vit' | 'own') {
  const added = [...new Set(members.flatMap(({ columns }) => Object.keys(columns ?? {})))];
  const kind = members.map(({ kind: own }) => (own === 'hybrid' && hybrids === 'vit' ? 'vit' : (own ?? null)));
  return [
    { column: 'kind', values: kind },
    ...added.map((column) => ({
      column,
      values: members.map(({ columns }) => (columns?.[column] === undefined ? null : String(columns[column]))),
    })),
  ].filter(({ values }) => new Set(values.filter((value) => value !== null)).size > 1);
}

/** NSAD between all pairs of groups, and within against between. */
function groupAlignments(
  values: readonly (string | null)[],
  nsadOf: (measure: AlignmentMeasure) => readonly (readonly (number | null)[])[],
  seed: number,
) {
  const names = [...new Set(values.flatMap((value) => value ?? []))].sort();
  return {
    names,
    models: names.map((name) => values.filter((value) => value === name).length),
    means: eachMeasure((measure) => groupMeans(nsadOf(measure), values, names)),
    contrast: eachMeasure((measure) => familyContrast(nsadOf(measure), values, { seed })),
  };
}

/** Average linkage on 1 − NSAD. */
function clusterModels(nsad: ClassesSection['nsad'][AlignmentMeasure]) {
  const n = nsad.length;
  const data = Float64Array.from(nsad.flat(), (value) => value ?? Number.NaN);
  const { order, linkage, clustered } = clusterOrder({ rows: n, cols: n, data });
  if (!linkage) return { order: [...order], merges: [] };
  const leafOf = new Map([...clustered].map((model, leaf) => [model, leaf]));
  const leaves = [...order].flatMap((model) => leafOf.get(model) ?? []);
  return { order: [...order], merges: dendrogram(linkage, leaves) };
}

function offDiagonal(nsad: ClassesSection['nsad'][AlignmentMeasure]): number[] {
  return nsad.flatMap((row, i) => row.slice(i + 1).filter((value) => value !== null));
}

/** Histograms of NSAD computed on the sub-matrices of the given classes. */
function subtreeHistograms(models: readonly MeasuredModel[], at: readonly number[], task: LongTask) {
  const inside = new Set(at);
  const outside = Array.from({ length: models[0]!.similarity.rows }, (_, i) => i).filter((i) => !inside.has(i));
  const prepared: PreparedSimilarity[] = models.map(({ similarity }) =>
    prepareSimilarity(similarity, { exclude: outside }),
  );
  const values = eachMeasure((): number[] => []);
  const total = (models.length * (models.length - 1)) / 2;
  let done = 0;
  for (let i = 0; i < models.length; i++)
    for (let j = i + 1; j < models.length; j++) {
      task.signal?.throwIfAborted();
      task.onProgress?.({ task: 'alignment within the subtree', done: done++, total, unit: 'pairs' });
      const result = nsad(prepared[i]!, prepared[j]!);
      for (const measure of ALIGNMENT_MEASURES) if (result[measure] !== null) values[measure].push(result[measure]);
    }
  return eachMeasure((measure) => histogram(values[measure], { bins: HISTOGRAM_BINS }));
}
