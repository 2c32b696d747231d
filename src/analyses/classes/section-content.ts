import { encodeJsonl } from '../../formats/jsonl/jsonl.ts';
import { encodeNpy } from '../../formats/npy/write-npy.ts';
import type { KernelTier } from '../../kernels/shared/wasm-kernel.ts';
import { closestPairs } from '../../measures/class-similarity/closest-pairs.ts';
import { neighbourRank } from '../../measures/class-similarity/neighbours.ts';
import { similarityAlignmentIndex } from '../../measures/training/alignment/alignment-index.ts';
import type { Glosses } from '../../semantics/load-wordnet.ts';
import { explainPair } from '../../semantics/relations/explain-pair.ts';
import { relationFinder } from '../../semantics/relations/relations-between.ts';
import type { WordNet } from '../../semantics/wordnet.ts';
import { wordnetExcerpt } from '../../semantics/wordnet-excerpt.ts';
import { type WordNetGroup, wordnetOrder } from '../../semantics/wordnet-order.ts';
import type {
  ClassesSection,
  ClassModel,
  ClassOrders,
  ClassRow,
  OrderGroup,
  RankingRow,
} from '../../study/classes-section.ts';
import type { SectionContent } from '../../study/write-section.ts';
import type { CollectedPictures } from '../common/collect-pictures.ts';
import type { LoadedClassModel } from './load-class-model.ts';
import type { MeasuredModel } from './measured-model.ts';
import type { FailedModel } from './options.ts';
import type { populationSection } from './population-section.ts';
import type { Reference } from './references.ts';
import type { RowClass } from './row-classes.ts';
import { pairKey } from './templates/pair-evidence.ts';

/** WordNet as an analysis needs it. */
export interface WordNetParts {
  graph: WordNet;
  glosses: Glosses;
}

export interface SectionInput {
  inputsHash: string;
  options: Record<string, unknown>;
  command: string;
  studyName: string;
  classes: readonly RowClass[];
  labelSet: string | null;
  references: readonly Reference[];
  models: readonly MeasuredModel[];
  failed: readonly FailedModel[];
  differences: ClassesSection['differences'];
  nsad: ClassesSection['nsad'];
  population: ReturnType<typeof populationSection> | undefined;
  pictures: CollectedPictures | undefined;
  wordnet: WordNetParts | undefined;
  kernelTier: KernelTier;
}

/** The files and the manifest section of a classes study: the layout that docs/study-format.md describes. */
export function sectionContent(input: SectionInput): SectionContent<'classes'> {
  const { classes, references, models, wordnet } = input;
  const files = new Map<string, Uint8Array>();
  files.set('classes.jsonl', encodeJsonl(classes.map(classRow)));
  files.set('orders.json', encodeJson(displayOrders(classes, wordnet?.graph)));
  if (wordnet) files.set('wordnet.json', wordnetFile(wordnet, classes));
  for (const { id, matrix } of references)
    files.set(`references/${id}.npy`, encodeNpy(Float32Array.from(matrix.data), [matrix.rows, matrix.cols]));
  for (const model of models) {
    const { id, similarity } = model;
    files.set(`models/${id}/ncsm.npy`, encodeNpy(similarity.data, [similarity.rows, similarity.cols]));
    files.set(`models/${id}/ranking.jsonl`, encodeJsonl(rankingRows(model, input)));
    if (!model.predictions) continue;
    const { ccsm, confusion, table } = model.predictions.files;
    files.set(`models/${id}/ccsm.npy`, ccsm);
    files.set(`models/${id}/confusion.npy`, confusion);
    files.set(`models/${id}/predictions.jsonl`, table);
  }
  const { population, pictures } = input;
  for (const [path, bytes] of pictures?.files ?? []) files.set(path, bytes);
  if (population) files.set('population-pairs.jsonl', encodeJsonl(population.pairs));
  return {
    instrument: 'classes',
    studyName: input.studyName,
    files,
    describe: (locate) => ({
      inputsHash: input.inputsHash,
      options: input.options,
      command: input.command,
      labels: {
        set: input.labelSet,
        classes: classes.length,
        resolved: synsetsOf(classes).length,
        ambiguous: classes.filter((entry) => entry.candidates.length > 1).length,
      },
      classes: locate('classes.jsonl'),
      wordnet: wordnet ? locate('wordnet.json') : null,
      orders: locate('orders.json'),
      references: references.map(({ id, title, kind, embeddings }) => ({
        id,
        title,
        kind,
        ...(embeddings ? { embeddings } : {}),
        matrix: locate(`references/${id}.npy`),
      })),
      models: models.map((entry) => modelEntry(entry, models, locate)),
      failed: [...input.failed],
      differences: input.differences,
      nsad: input.nsad,
      ...(population ? { population: { ...population.section, pairs: locate('population-pairs.jsonl') } } : {}),
      ...(pictures ? { pictures: pictures.describe(locate) } : {}),
      kernelTier: input.kernelTier,
    }),
  };
}

/** WordNet's part for the classes: they and their ancestors. */
export function wordnetFile({ graph, glosses }: WordNetParts, classes: readonly RowClass[]): Uint8Array {
  return encodeJson(wordnetExcerpt(graph, glosses, synsetsOf(classes)));
}

export function synsetsOf(classes: readonly RowClass[]): string[] {
  return classes.flatMap((entry) => (entry.synset === null ? [] : [entry.synset]));
}

export function encodeJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`);
}

export function classRow({ name, synset, how, candidates }: RowClass, index: number): ClassRow {
  return { index, name, synset, how, candidates };
}

export function displayOrders(classes: readonly RowClass[], graph: WordNet | undefined): ClassOrders {
  if (!graph) return { wordnet: null };
  const { order, groups } = wordnetOrder(
    graph,
    classes.map((entry) => entry.synset ?? undefined),
  );
  return { wordnet: { order: [...order], groups: groups.flatMap(flatten) } };
}

/** Groups in the order of display, each followed by those within it. */
function flatten({ children, ...group }: WordNetGroup): OrderGroup[] {
  return [group, ...children.flatMap(flatten)];
}

/** The closest neighbour of each class, with its rank in each reference and the relations that WordNet has. */
export function rankingRows(
  { similarity, evidence }: MeasuredModel,
  { classes, references, wordnet }: Pick<SectionInput, 'classes' | 'references' | 'wordnet'>,
): RankingRow[] {
  const synsets = classes.map((entry) => entry.synset ?? undefined);
  const find = wordnet && relationFinder(wordnet.graph, { glosses: wordnet.glosses, labelSetSynsets: synsets });
  const semantic = references.find((reference) => reference.kind === 'wordnet');
  return closestPairs(similarity).map((pair) => {
    const referenceRank = Object.fromEntries(
      references.map(({ id, matrix }) => [id, neighbourRank(matrix, pair.class, pair.neighbour)]),
    );
    const a = synsets[pair.class];
    const b = synsets[pair.neighbour];
    const relations = find && a !== undefined && b !== undefined ? find(a, b) : [];
    const semanticRank = semantic ? referenceRank[semantic.id]! : null;
    const explanation =
      semanticRank === null
        ? null
        : explainPair({ relations, networkRank: 1, semanticRank, classCount: classes.length });
    // A pair may be explained from one of its classes and not from the other.
    const seen = explanation?.kind === 'unexplained' ? evidence?.get(pairKey(pair.class, pair.neighbour)) : undefined;
    return {
      class: pair.class,
      neighbour: pair.neighbour,
      similarity: pair.similarity,
      referenceRank,
      mutual: pair.mutual,
      relations,
      explanation,
      ...(seen ? { evidence: seen } : {}),
    };
  });
}

function modelEntry(entry: MeasuredModel, all: readonly MeasuredModel[], locate: (path: string) => string): ClassModel {
  const { id, model, similarity, alignment, betterOrder, warnings } = entry;
  const { rows } = model;
  return {
    id,
    name: model.name,
    file: model.file,
    sha256: model.sha256,
    ...(model.sha256Claimed && { sha256Claimed: true }),
    format: model.format,
    ...(model.parameters !== null && { parameters: model.parameters }),
    labels: {
      ...rows.labels,
      ...(betterOrder
        ? { better: { set: betterOrder.labelSet, title: betterOrder.title, spearman: betterOrder.spearman } }
        : {}),
    },
    head: headEntry(model),
    zeroTemplates: [...similarity.missing],
    matrix: locate(`models/${id}/ncsm.npy`),
    ranking: locate(`models/${id}/ranking.jsonl`),
    alignment,
    ...templatesEntry(entry, all, locate),
    warnings,
  };
}

/** Where the templates come from, and how far they agree with the classifier's weights of the same network. */
function templatesEntry(
  { id, model, member, similarity, positions, predictions }: MeasuredModel,
  all: readonly MeasuredModel[],
  locate: (path: string) => string,
): Pick<ClassModel, 'templates'> {
  const { templatesFrom } = model;
  if (!templatesFrom) return {};
  const weights = all.find((other) => other.member === member && !other.model.templatesFrom);
  const agreement = weights && similarityAlignmentIndex(weights.similarity, similarity);
  return {
    templates: {
      ...templatesFrom,
      counts: Array.from(positions, (position) => templatesFrom.counts[position]!),
      weights: weights?.id ?? null,
      agreement: agreement ? { cosine: agreement.cosine, chance: agreement.chance, classes: agreement.classes } : null,
      ...(predictions
        ? {
            predictions: {
              ...predictions.entry,
              ccsm: locate(`models/${id}/ccsm.npy`),
              confusion: locate(`models/${id}/confusion.npy`),
              table: locate(`models/${id}/predictions.jsonl`),
            },
          }
        : {}),
    },
  };
}

/** What a reader should know of the head: which tensor, why, what was left out and what else there was. */
export function headEntry({ head, droppedRows, zeroRows, similarity }: LoadedClassModel): ClassModel['head'] {
  return {
    tensor: head.tensor,
    classes: head.classes,
    features: head.features,
    dropped: droppedRows,
    zeroRows,
    reason: similarity ? 'a class-similarity matrix, used as such' : head.reason,
    rejected: head.rejected.map(({ tensor, shape, reason }) => ({ tensor, shape: [...shape], reason })),
  };
}
