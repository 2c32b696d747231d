import { ssad } from '../../measures/class-similarity/alignment.ts';
import { chanceLevel } from '../../measures/class-similarity/chance.ts';
import { meanAlignment } from '../../measures/class-similarity/noise-ceiling.ts';
import { type BetterOrder, findBetterOrder } from '../../measures/class-similarity/order-guard.ts';
import { type PreparedSimilarity, prepareSimilarity } from '../../measures/class-similarity/prepared-similarity.ts';
import type { SimilarityMatrix } from '../../statistics/cosine-matrix.ts';
import type { Alignment, PairEvidence } from '../../study/classes-section.ts';
import { select } from '../../tensor/matrix.ts';
import { type LoadedClassModel, networkSimilarity } from './load-class-model.ts';
import type { Reference } from './references.ts';
import type { RowClass } from './row-classes.ts';
import type { MeasuredPredictions } from './templates/predictions.ts';

/** z below which an alignment counts as chance. */
const CHANCE_Z = 3;
/** Deviation of the chance level above which too few classes are compared to tell anything from one that is at chance. */
const POWERLESS_SD = 0.05;

/** One model of the study with everything that was measured of it alone. */
export interface MeasuredModel {
  id: string;
  /** Which of the inputs it is. */
  member: number;
  model: LoadedClassModel;
  /** For each class of the study its place among the model's. */
  positions: Int32Array;
  similarity: SimilarityMatrix<Float32Array>;
  prepared: PreparedSimilarity;
  /** One alignment per reference id. */
  alignment: Record<string, Alignment>;
  /** Another known order of the classes, in which the alignment is clearly higher. */
  betterOrder: BetterOrder | undefined;
  warnings: string[];
  /** What it takes labelled pictures for; of models by their mean features, where these classify. */
  predictions?: MeasuredPredictions;
  /** What pictures say of its unexplained pairs, by `pairKey`. */
  evidence?: ReadonlyMap<string, PairEvidence>;
}

/** A reference made ready for alignment once for all models. */
export interface PreparedReference extends Reference {
  prepared: PreparedSimilarity;
  /** The matrices of its `parts`; none where it has none. */
  preparedParts: readonly PreparedSimilarity[];
}

export interface MeasureContext {
  references: readonly PreparedReference[];
  classes: readonly RowClass[];
  /** Permutations behind the deviation of Kendall's chance level. */
  draws: number | null;
}

/** Class similarity of one model in the study's order, and how it aligns with each reference. */
export function measureModel(
  id: string,
  member: number,
  model: LoadedClassModel,
  positions: Int32Array,
  leftOut: number,
  context: MeasureContext,
): MeasuredModel {
  const similarity = networkSimilarity(model, positions);
  const prepared = prepareSimilarity(similarity);
  const alignment: Record<string, Alignment> = {};
  for (const { id: reference, prepared: other, parts, preparedParts } of context.references)
    alignment[reference] = {
      ...align(prepared, other, context),
      ...(parts ? { embeddings: meanAlignment(select(similarity, parts.classes), preparedParts) } : {}),
    };
  const warnings = [...model.rows.notes];
  if (leftOut > 0)
    warnings.push(
      `${leftOut} of its ${model.rows.classes.length} classes are left out because another model lacks them.`,
    );
  const measured = { id, member, model, positions, similarity, prepared, alignment, betterOrder: undefined, warnings };
  // The classes of templates are those of folders: there is no order to be wrong about.
  if (model.templatesFrom) return measured;
  const guarded = guardOrder(measured, context);
  warnings.push(...guarded.warnings);
  return { ...measured, betterOrder: guarded.betterOrder };
}

function align(network: PreparedSimilarity, reference: PreparedSimilarity, { draws }: MeasureContext): Alignment {
  const { excluded: _, reason, ...values } = ssad(network, reference);
  const chance = chanceLevel(network, reference, draws === null ? {} : { draws });
  return { ...values, ...(reason ? { reason } : {}), chance };
}

/** The class-order guard: alignment at chance, or clearly higher in another known order of the same classes. */
function guardOrder(
  { model, prepared, alignment }: MeasuredModel,
  { references, classes }: MeasureContext,
): Pick<MeasuredModel, 'betterOrder' | 'warnings'> {
  const sound = { betterOrder: undefined, warnings: [] };
  const wordnet = references.find((reference) => reference.kind === 'wordnet');
  if (!wordnet) return sound;
  const { spearman, chance } = alignment[wordnet.id]!;
  if (spearman === null) return sound;
  const rowSynsets = model.rows.classes.map((entry) => entry.synset);
  const better = rowSynsets.includes(null)
    ? undefined
    : findBetterOrder(
        prepared,
        wordnet.prepared,
        rowSynsets as string[],
        classes.map((entry) => entry.synset),
        spearman,
      );
  if (better)
    return {
      betterOrder: better,
      warnings: [
        `Read in the order of ${better.labelSet} (${better.title}) its Spearman alignment would be ${better.spearman.toFixed(3)} instead of ${spearman.toFixed(3)}: the class order is probably that one. Use --labels ${better.labelSet}.`,
      ],
    };
  // Of few classes a well-trained network may be at chance, so nothing follows.
  if (chance.spearman && chance.spearman.sd <= POWERLESS_SD && (chance.spearman.z ?? 0) < CHANCE_Z)
    return {
      betterOrder: undefined,
      warnings: [
        `Its alignment with WordNet is at chance (Spearman ${spearman.toFixed(3)}, z ${(chance.spearman.z ?? 0).toFixed(1)}): the class order may be wrong, or the network untrained.`,
      ],
    };
  return sound;
}
