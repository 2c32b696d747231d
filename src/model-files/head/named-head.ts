import { IncomparableError, UsageError } from '../../base/errors.ts';
import { formatShape } from '../../tensor/tensor.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import type { ModelFile } from '../model-file.ts';
import { graphCandidates, type HeadCandidate } from './candidates.ts';
import type { DetectHeadOptions } from './head-choice.ts';
import { conventionalLayout, layoutAt } from './head-layout.ts';
import { closestNames, readName } from './head-names.ts';

/**
 * The tensor that the user named, as a head. Its class axis is the graph's where there is one, else the format's custom;
 * when only the other axis of a matrix has the known class count, that one.
 * @throws UsageError when it is no matrix.
 */
export function namedCandidate(file: ModelFile, entry: TensorEntry, classCount: number | undefined): HeadCandidate {
  const fromGraph = graphCandidates(file).find((candidate) => candidate.entry === entry);
  if (fromGraph) return checkCount(file, fromGraph, classCount);
  const linear = file.linearLayers?.find(({ tensor }) => tensor === entry.name);
  let layout = linear ? layoutAt(entry.shape, linear.classAxis) : conventionalLayout(entry, file);
  if (!layout || layout.features === 0)
    throw new UsageError(
      `${file.name}: the tensor ${entry.name} (${entry.dtype} ${formatShape(entry.shape)}) cannot be a head; a matrix of real numbers, classes × features, is needed.`,
      { file: file.name },
    );
  if (!linear && entry.shape.length === 2 && layout.rows !== classCount && layout.features === classCount)
    layout = layoutAt(entry.shape, 1 - layout.classAxis);
  return checkCount(
    file,
    { ...layout, entry, droppedRows: [], classes: layout.rows, name: readName(entry.name) },
    classCount,
  );
}

/**
 * The tensor that the user named, whole or by an end that no other tensor has ("fc.weight" for "module.fc.weight").
 * @throws UsageError when no tensor has the name, or several end in it.
 */
export function namedTensor(file: ModelFile, head: string, weights: DetectHeadOptions['weights']): TensorEntry {
  const exact = file.tensors.get(head);
  if (exact) return exact;
  const names = [...file.tensors.keys()];
  const ending = names.filter((name) => name.endsWith(`.${head}`) || name.endsWith(`/${head}`));
  if (ending.length === 1) return file.tensors.get(ending[0]!)!;
  const similar = ending.length > 1 ? ending.slice(0, 5) : closestNames(head, names, 3);
  const list = similar.map((name) => `${name} (${formatShape(file.tensors.get(name)!.shape)})`).join(', ');
  const what =
    ending.length > 1
      ? `${ending.length} tensors end in ${head}`
      : `there is no tensor ${head}${weights === 'ema' ? ' among the averaged weights' : ''}`;
  throw new UsageError(`${file.name}: ${what}, as --head asks.`, {
    hint:
      names.length === 0
        ? 'The file has no tensors.'
        : list === ''
          ? `The file has ${names.slice(0, 5).join(', ')}${names.length > 5 ? ' …' : ''}.`
          : `${ending.length > 1 ? 'They are' : 'The closest names are'} ${list}.`,
    file: file.name,
  });
}

function checkCount(file: ModelFile, candidate: HeadCandidate, classCount: number | undefined): HeadCandidate {
  const { entry, classes } = candidate;
  if (classCount !== undefined && classes !== classCount && classes !== classCount + 1)
    throw new IncomparableError(
      `${file.name}: the head ${entry.name} (${formatShape(entry.shape)}) has ${classes} rows, but there are ${classCount} classes.`,
      { hint: 'Give labels with one line for each row of the head, in its order.', file: file.name },
    );
  return candidate;
}
