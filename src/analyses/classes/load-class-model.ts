import { recordedHash } from '../../base/bytes/byte-source.ts';
import { FormatError } from '../../base/errors.ts';
import { matrixKind } from '../../measures/class-similarity/matrix-kind.ts';
import { findClassNames } from '../../model-files/class-names.ts';
import { countParameters } from '../../model-files/count-parameters.ts';
import { detectHead } from '../../model-files/head/detect-head.ts';
import type { HeadChoice } from '../../model-files/head/head-choice.ts';
import { findLabelFile } from '../../model-files/label-files.ts';
import { fitsRows } from '../../model-files/labels-fit.ts';
import { openModel } from '../../model-files/open-model.ts';
import { labelSet } from '../../semantics/label-sets/label-sets.ts';
import type { WordNet } from '../../semantics/wordnet.ts';
import { cosineSimilarityMatrix, type SimilarityMatrix } from '../../statistics/cosine-matrix.ts';
import type { ClassModel } from '../../study/classes-section.ts';
import { type Matrix32, select, selectRows } from '../../tensor/matrix.ts';
import type { LabelledFeatures } from '../common/labelled-pictures/run-labelled-pictures.ts';
import type { ClassModelInput } from './options.ts';
import { classesOfRows, type RowClasses } from './row-classes.ts';

/** Why a row that the graph slices off is in no comparison. */
export const GRAPH_REMOVED = 'removed by the graph itself';

/** A model ready to be compared: its templates, one row a class, and what each class is. */
export interface LoadedClassModel {
  name: string;
  file: string;
  format: string;
  sha256: string | null;
  /** True where a server said so and nobody has checked it. */
  sha256Claimed?: true;
  head: HeadChoice;
  rows: RowClasses;
  /** Rows of the stored tensor that are in no comparison, ascending, and those that are all zero. */
  droppedRows: { row: number; reason: string }[];
  zeroRows: number[];
  /** Number of weights of the whole model, where its file tells; null where it does not. */
  parameters: number | null;
  /** classes × features, in the order of `rows.classes`; where a similarity matrix was given, its rows. */
  templates: Matrix32;
  /** Set where the file holds a class-similarity matrix rather than a head: classes × classes, in the same order. */
  similarity?: Matrix32;
  /** Set where templates are mean features rather than classifier weights. */
  templatesFrom?: Omit<NonNullable<ClassModel['templates']>, 'weights' | 'agreement' | 'predictions'>;
  /** The features of each picture behind the templates, and what the model takes it for. */
  pictures?: LabelledFeatures;
}

/**
 * Opens one model, finds its head, decides which class each row is, and reads the templates; nothing else of the file
 * is read.
 */
export async function loadClassModel(
  input: ClassModelInput,
  loadGraph: () => Promise<WordNet>,
): Promise<LoadedClassModel> {
  const { source } = input;
  const file = await openModel(source);
  const own = input.labels ? undefined : await findClassNames(source, file);
  const detect = (classCount: number | undefined): HeadChoice =>
    detectHead(file, {
      ...(classCount === undefined ? {} : { classCount }),
      ...(input.head === undefined ? {} : { head: input.head }),
      ...(input.weights === undefined ? {} : { weights: input.weights }),
      ...(input.anchor === undefined ? {} : { anchor: input.anchor }),
    });
  const first = detect(labelCount(input) ?? own?.names.length);
  // Lists that merely lie beside the model have no say in which layer is the head.
  const search =
    input.labels || own ? undefined : await findLabelFile(source, file, (names) => fitsRows(first, names, detect));
  const found = own ?? search?.found;
  const head = search?.found ? detect(search.found.names.length) : first;
  const rows = await classesOfRows(source.name, head, input.labels, found, loadGraph);
  const [all, hash] = await Promise.all([head.readTemplates(), recordedHash(source)]);
  const stored = storedRows(head);
  const byGraph = head.droppedRows.map((row) => ({ row, reason: GRAPH_REMOVED }));
  const byLabels = rows.dropped.map(({ row, reason }) => ({ row: stored[row]!, reason }));
  const similarity = givenSimilarity(input, head, all);
  if (similarity) rows.notes.push(similarityNote(head));
  for (const note of [...(search?.notes ?? []), ...(file.notes ?? [])]) rows.notes.push(note);
  return {
    name: input.name ?? source.name.replace(/\.[^.]+$/, ''),
    file: source.name,
    format: file.format,
    ...hash,
    head,
    rows,
    droppedRows: [...byGraph, ...byLabels].sort((a, b) => a.row - b.row),
    zeroRows: all.zeroRows.map((row) => stored[row]!),
    parameters: similarity ? null : countParameters(file),
    templates: selectRows(all, rows.rows),
    ...(similarity ? { similarity: select(all, Uint32Array.from(rows.rows)) as Matrix32 } : {}),
  };
}

/** Whether what was found as a head is a class-similarity matrix. Who names a tensor with --head means a head. */
function givenSimilarity({ source, head: named }: ClassModelInput, head: HeadChoice, all: Matrix32): boolean {
  if (named !== undefined) return false;
  const kind = matrixKind(all);
  if (kind === 'distance')
    throw new FormatError(
      `${source.name}: ${head.tensor}, ${all.rows}×${all.cols}, is symmetric with the least value of each row on its diagonal, as distances are; a similarity matrix or a head was expected.`,
      { hint: 'Give similarities, such as 1 − distance; or name the tensor with --head if these are weights.' },
    );
  return kind === 'similarity';
}

function similarityNote({ tensor, classes, features }: HeadChoice): string {
  return `${tensor}, ${classes}×${features}, is taken for a class-similarity matrix and used as such: it is symmetric, and no entry of a row passes the one value along its diagonal. Name it with --head if these are weights.`;
}

/** For each row of the head that the graph keeps, its row in the stored tensor. */
function storedRows({ shape, classAxis, droppedRows }: HeadChoice): number[] {
  const dropped = new Set(droppedRows);
  return Array.from({ length: shape[classAxis]! }, (_, row) => row).filter((row) => !dropped.has(row));
}

function labelCount({ labels }: ClassModelInput): number | undefined {
  if (!labels) return undefined;
  return labels.kind === 'set' ? labelSet(labels.id).count : labels.labels.length;
}

/** The NCSM of a model in the order of the study's classes; `positions` says where the model has each of them. */
export function networkSimilarity(model: LoadedClassModel, positions: Int32Array): SimilarityMatrix<Float32Array> {
  if (!model.similarity) return cosineSimilarityMatrix(selectRows(model.templates, positions));
  const { rows, cols, data } = select(model.similarity, Uint32Array.from(positions)) as Matrix32;
  return { rows, cols, data, missing: [] };
}
