import { withMinus } from '#src/base/number-text.ts';
import { eachMeasure } from '#src/measures/class-similarity/alignment-measures/alignment-measures.ts';
import { belongsTo } from '#src/measures/class-similarity/population/kind-groups.ts';
import { correlateWithTrait } from '#src/measures/class-similarity/population/trait-correlation.ts';
import type { Alignment, ClassesSection, ClassModel } from '#src/study/classes-section.ts';
import type { PopulationSection } from '#src/study/population-section.ts';
import { shortModelNames } from '../../../kit/data/model-names.ts';
import type { Measure } from '../models/measures.ts';

export type PopulationMember = PopulationSection['members'][number];
export type ModelKind = 'cnn' | 'vit' | 'hybrid';

/** A member of the population that could be used, or of which values were published. */
export interface PopulationModel {
  /** Its index among the study's models, which the matrices and ranks follow; −1 of published values alone. */
  index: number;
  id: string;
  /** As the population file names it. */
  name: string;
  /** The name without what all names share, to tell it by where there is little room. */
  shortName: string;
  /** Undefined of published values alone. */
  model: ClassModel | undefined;
  member: PopulationMember;
  /** With the chosen reference; undefined without one. */
  alignment: Alignment | undefined;
}

export const KIND_TITLES: Record<ModelKind, string> = { cnn: 'CNN', vit: 'ViT', hybrid: 'hybrid' };

/** The usable members in the order of the study's models; `typed` has accuracies that the study does not know, by member. */
export function populationModels(
  section: ClassesSection,
  reference: string | undefined,
  typed: Readonly<Record<string, number>> = {},
): PopulationModel[] {
  const members = section.population!.members;
  const short = shortModelNames(
    section.models.map(({ id, name }) => members.find((candidate) => candidate.model === id)?.id ?? name),
  );
  return section.models.flatMap((model, index) => {
    const known = members.find((candidate) => candidate.model === model.id);
    const member = known && { ...known, accuracy: known.accuracy ?? typed[known.id] ?? null };
    return member
      ? [
          {
            index,
            id: model.id,
            name: member.id,
            shortName: short[index]!,
            model,
            member,
            alignment: reference === undefined ? undefined : model.alignment[reference],
          },
        ]
      : [];
  });
}

/** The members of which only published values are known, with these as their alignment. */
export function publishedModels(section: ClassesSection): PopulationModel[] {
  const none = { cosine: null, spearman: null, kendall: null };
  return section.population!.members.flatMap((member, i): PopulationModel[] =>
    member.publishedOnly
      ? [
          {
            index: -1,
            id: `published-${i}`,
            name: member.id,
            shortName: member.id,
            model: undefined,
            member,
            alignment: {
              cosine: member.published?.cosine ?? null,
              spearman: member.published?.spearman ?? null,
              kendall: member.published?.kendall ?? null,
              classes: section.labels.classes,
              chance: none,
            },
          },
        ]
      : [],
  );
}

/** The correlations of the study, with those of accuracy worked out again where accuracies were typed. */
export function correlationsOf(
  section: ClassesSection,
  models: readonly PopulationModel[],
  typed: Readonly<Record<string, number>>,
): PopulationSection['correlations'] {
  const { correlations, hybrids } = section.population!;
  if (!models.some(({ member }) => Object.hasOwn(typed, member.id))) return correlations;
  return correlations.map((row) => {
    const own = models.filter(({ member }) => belongsTo(row.group, member.kind, hybrids));
    return {
      ...row,
      ...eachMeasure((measure) => ({
        ...row[measure],
        accuracy: correlateWithTrait(
          own.map(({ alignment }) => alignment?.[measure] ?? null),
          own.map(({ member }) => member.accuracy),
        ),
      })),
    };
  });
}

/** "all", "CNN", "ViT": the groups of the correlations; what "ViT" includes is said. */
export function groupTitle(group: string, hybrids: 'vit' | 'own'): string {
  if (group === 'all') return 'all';
  const title = KIND_TITLES[group as ModelKind] ?? group;
  return group === 'vit' && hybrids === 'vit' ? `${title} and hybrids` : title;
}

/** "3.5 M" parameters. */
export function parametersText(parameters: number | null): string {
  if (parameters === null) return '–';
  if (parameters >= 1e9) return `${trimmed(parameters / 1e9)} G`;
  if (parameters >= 1e6) return `${trimmed(parameters / 1e6)} M`;
  return parameters >= 1e3 ? `${trimmed(parameters / 1e3)} k` : String(parameters);
}

const trimmed = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(1).replace(/\.0$/, ''));

/** "0.0005", "< 0.001" would hide what a permutation test can resolve, so p keeps two figures. */
export function pText(p: number | null | undefined): string {
  if (p === null || p === undefined) return '–';
  return p >= 0.1 ? p.toFixed(2) : withMinus(String(Number(p.toPrecision(2))));
}

/** The order of the networks on the map: the leaves of the dendrogram. */
export function leafOrder(section: ClassesSection, measure: Measure): readonly number[] {
  return section.population!.clustering[measure].order;
}
