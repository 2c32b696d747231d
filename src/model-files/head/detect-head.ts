import { checkLimit } from '../../base/bytes/read-range.ts';
import { IncomparableError, UnsupportedError, UsageError } from '../../base/errors.ts';
import { formatShape } from '../../tensor/tensor.ts';
import type { ModelFile } from '../model-file.ts';
import { flatShards } from '../stored-in-parts/flat-shards.ts';
import { averagedOnly, averagedTwin } from './averaged-weights.ts';
import { backgroundRow } from './background-row.ts';
import { type HeadCandidate, isMatrix, matrixCandidates } from './candidates.ts';
import { detectorByGraph, detectorByNames } from './detector-head.ts';
import { fromGraph } from './from-graph.ts';
import { fromNamesAndShapes } from './from-names.ts';
import type { DetectHeadOptions, HeadChoice, RejectedHead } from './head-choice.ts';
import { namedCandidate, namedTensor } from './named-head.ts';
import { LISTED, listed } from './narrowing.ts';
import { readTemplates } from './read-templates.ts';

/**
 * Finds the classifier head of an opened model and says why: the layer that the graph's own outputs lead back to, or
 * where there is no graph (or it leads nowhere) a matrix by widths, bias, row count and name. A name alone never decides
 * against a known class count, nor against another matrix that reads its rows. Nothing but descriptions is looked at;
 * values are read by `readTemplates`.
 *
 * @throws UsageError when several tensors are equally likely, or `head` names none; the message lists them.
 * @throws IncomparableError when no candidate has as many rows as there are classes.
 * @throws UnsupportedError when nothing looks like a head, or the head has a single class or is stored in a way that is
 *   not read.
 */
export function detectHead(file: ModelFile, options: DetectHeadOptions = {}): HeadChoice {
  if (options.weights !== 'ema') return headAmong(file, options);
  const found = headAmong(averagedOnly(file), options);
  const named = options.head === undefined ? '' : `${found.reason}, `;
  return { ...found, reason: `${named}of the averaged weights, as --weights ema asks` };
}

function headAmong(file: ModelFile, options: DetectHeadOptions): HeadChoice {
  const { classCount } = options;
  if (options.head !== undefined) return namedHead(file, options.head, options);
  const rejected: RejectedHead[] = [];
  const chosen =
    detectorByNames(file, options) ??
    fromGraph(file, classCount, rejected) ??
    detectorByGraph(file, options) ??
    fromNamesAndShapes(file, classCount, rejected);
  if (options.anchor !== undefined && chosen?.candidate.anchored !== true) throw notAnchored(file);
  if (chosen)
    return toChoice(file, chosen.candidate, chosen.reason + averagedTwin(chosen, rejected), rejected, classCount);
  throw noHead(file, classCount, rejected);
}

/** The tensor that `--head` names: a matrix, or a level of a detector where an anchor is asked for or it is no matrix. */
function namedHead(file: ModelFile, head: string, options: DetectHeadOptions): HeadChoice {
  const { classCount, anchor } = options;
  const tensor = namedTensor(file, head, options.weights);
  const one = { classCount, anchor, level: tensor.name };
  const level =
    anchor === undefined && isMatrix(tensor.shape)
      ? undefined
      : (detectorByNames(file, one) ?? detectorByGraph(file, one));
  if (level) return toChoice(file, level.candidate, `${level.reason}, the level that --head names`, [], classCount);
  if (anchor !== undefined) throw notAnchored(file);
  return toChoice(file, namedCandidate(file, tensor, classCount), 'named by --head', [], classCount);
}

function notAnchored(file: ModelFile): Error {
  return new UsageError(`${file.name}: --anchor is for detectors, whose classes have rows for several anchors.`, {
    file: file.name,
  });
}

/** Bounds for class templates, checked before anything is made for them. ImageNet-21k has 21,841 classes. */
export const HEAD_LIMITS = { rows: 1_000_000, weights: 2 ** 28 } as const;

/** What to do with a network that ends in features, such as DINOv2 or a backbone. */
const NO_CLASSIFIER =
  'A network without a classifier shows its similarity of classes by labelled pictures: --templates DIR runs an ONNX model on them, --templates FEATURES takes a file of features.';

function noHead(file: ModelFile, classCount: number | undefined, rejected: readonly RejectedHead[]): Error {
  const seen = rejected.map(({ tensor, shape }) => ({ name: tensor, shape }));
  if (classCount !== undefined && seen.length > 0)
    return new IncomparableError(
      `${file.name}: no classifier head has ${classCount} rows, one for each class; there are ${listed(seen)}.`,
      {
        hint: `Give labels with one line for each row of the head, or choose a tensor with --head NAME. ${NO_CLASSIFIER}`,
        file: file.name,
      },
    );
  const shards = flatShards(file);
  if (shards) return new UnsupportedError(shards.message, { hint: shards.hint, file: file.name });
  const stops = (file.graphStops ?? []).map(({ output, op }) => `the way back from ${output} ends at ${op}`);
  const why = rejected.map(({ tensor, shape, reason }) => `${tensor} (${formatShape(shape)}) ${reason}`);
  const details = [...why, ...stops].slice(0, LISTED);
  const found = details.length > 0 ? details.join('; ') : describeTensors(file);
  const wanted = classCount === undefined ? 'no classifier head' : `no classifier head of ${classCount} rows`;
  return new UnsupportedError(
    `${file.name}: ${wanted} was found among ${file.tensors.size} ${file.tensors.size === 1 ? 'tensor' : 'tensors'}${found ? `: ${found}` : ''}.`,
    { hint: `Choose a tensor with --head NAME; it needs one row for each class. ${NO_CLASSIFIER}`, file: file.name },
  );
}

/** The matrices of the file, which `--head` could name; of a file without any, its first tensors. */
function describeTensors(file: ModelFile): string {
  const matrices = matrixCandidates(file).map(({ entry }) => entry);
  const entries = matrices.length > 0 ? matrices : [...file.tensors.values()];
  const shown = entries.slice(0, LISTED).map(({ name, dtype, shape }) => `${name} (${dtype} ${formatShape(shape)})`);
  const more = entries.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

function toChoice(
  file: ModelFile,
  candidate: HeadCandidate,
  reason: string,
  rejected: readonly RejectedHead[],
  classCount: number | undefined,
): HeadChoice {
  const { entry, classAxis, rows, classes, features } = candidate;
  if (entry.refused !== undefined)
    throw new UnsupportedError(`${file.name}: the head ${entry.name} is ${entry.refused}, which is not read.`, {
      hint: 'Load the model, convert its weights to float32 (dequantise or merge them), and save it again.',
      file: file.name,
    });
  if (classes < 2)
    throw new UnsupportedError(
      `${file.name}: the head ${entry.name} (${formatShape(entry.shape)}) has ${classes === 1 ? 'one class' : 'no class'}; similarity needs at least two.`,
      { hint: 'If this is not the classifier head, choose another tensor with --head NAME.', file: file.name },
    );
  checkLimit(file.name, `the number of rows of ${entry.name}`, rows, HEAD_LIMITS.rows);
  checkLimit(file.name, `the number of weights of ${entry.name}`, rows * features, HEAD_LIMITS.weights);
  const dropped = new Set(candidate.droppedRows);
  const background = backgroundRow(file, entry.name, classes, classCount, candidate.background);
  return {
    tensor: entry.name,
    shape: entry.shape,
    classAxis,
    classes,
    features,
    droppedRows: candidate.droppedRows,
    ...(background === undefined ? {} : { backgroundRow: background }),
    reason: entry.composed === undefined ? reason : `${reason}; ${entry.composed}`,
    rejected,
    readTemplates: () => {
      const kept: number[] = [];
      for (let row = 0; row < rows; row++) if (!dropped.has(row)) kept.push(row);
      return readTemplates(file.name, entry, classAxis, kept, candidate.graph?.rowFactors);
    },
  };
}
