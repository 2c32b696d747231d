import type { ClassesSection, ClassModel, ClassReference, ClassRow, RankingRow } from '../../study/classes-section.ts';
import { shortNames } from '../../study/names/short-class-names.ts';
import { shortModelNames } from '../../study/names/short-model-names.ts';
import type { Evidence } from '../finding.ts';
import type { StudyReader } from '../study-reader.ts';
import { THRESHOLDS } from '../thresholds.ts';

/** A network with its Spearman alignment with the first reference. */
export interface AlignedModel {
  model: ClassModel;
  evidence: Evidence;
  aboveChance: boolean;
}

/** What the rules of the classes instrument look at. */
export interface ClassesFacts {
  /** With the models' short names. */
  section: ClassesSection;
  names: readonly string[];
  /** The reference that alignment is told of; undefined where there is none. */
  reference: ClassReference | undefined;
  /** In words: "WordNet", or the title of a file. */
  referenceName: string;
  /** Networks that another known order of classes fits clearly better. */
  misread: readonly ClassModel[];
  /** The others that have an alignment and its chance level, the closest to the reference first. */
  aligned: readonly AlignedModel[];
  /** Nearest neighbours of the network that pairs are told of: the first of `aligned` that is above chance. */
  ranking: readonly RankingRow[];
}

export async function readClassesFacts(whole: ClassesSection, reader: StudyReader): Promise<ClassesFacts> {
  const short = shortModelNames(whole.models.map(({ name }) => name));
  const section = { ...whole, models: whole.models.map((model, i) => ({ ...model, name: short[i]! })) };
  const rows = await reader.table<ClassRow>(section.classes);
  const reference = section.references[0];
  const misread = section.models.filter(({ labels }) => labels.better !== undefined);
  const aligned = section.models
    .filter((model) => !misread.includes(model))
    .flatMap((model) => alignedModel(model, reference) ?? [])
    .sort((a, b) => b.evidence.value - a.evidence.value);
  const told = aligned.find(({ aboveChance }) => aboveChance);
  return {
    section,
    names: shortNames(rows),
    reference,
    referenceName: reference?.kind === 'wordnet' ? 'WordNet' : (reference?.title ?? ''),
    misread,
    aligned,
    ranking: told ? await reader.table<RankingRow>(told.model.ranking) : [],
  };
}

function alignedModel(model: ClassModel, reference: ClassReference | undefined): AlignedModel | undefined {
  const alignment = reference && model.alignment[reference.id];
  const chance = alignment?.chance.spearman;
  if (!alignment || alignment.spearman === null || !chance || chance.z === null) return undefined;
  const { interval } = alignment;
  const range = interval?.spearman;
  return {
    model,
    aboveChance: chance.z >= THRESHOLDS.aboveChanceZ,
    evidence: {
      figure: 'alignment (SSAD), Spearman’s ρ',
      of: model.name,
      value: alignment.spearman,
      ...(interval && range ? { interval: { low: range.low, high: range.high, level: interval.level } } : {}),
      chance: { mean: chance.mean, sd: chance.sd, z: chance.z },
    },
  };
}
