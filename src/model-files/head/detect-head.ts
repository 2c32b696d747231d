import { IncomparableError, UnsupportedError, UsageError } from '../../base/errors.ts';
import { formatShape } from '../../tensor/tensor.ts';
import type { ModelFile } from '../model-file.ts';
import { graphCandidates, type HeadCandidate, isMatrix, matrixCandidates } from './candidates.ts';
import type { DetectHeadOptions, HeadChoice, RejectedHead } from './head-choice.ts';
import { hasNoObjectRow } from './head-names.ts';
import { namedCandidate } from './named-head.ts';
import { readTemplates } from './read-templates.ts';

/** Row counts of ImageNet-1k heads, without and with TensorFlow's background row. */
const IMAGENET_ROWS: ReadonlySet<number> = new Set([1000, 1001]);

/** Operators that only class scores pass on their way out. */
const SCORE_OPERATORS = /softmax|sigmoid|logistic/i;
/** Operators that scores may pass, but features more often do. */
const ACTIVATIONS = /relu|clip/i;

/** How many candidates a message lists. */
const LISTED = 8;

/**
 * Finds the classifier head of an opened model and says why: the layer that the graph's own outputs lead back to, or
 * where there is no graph (or it leads nowhere) a tensor by its name and shape. A name alone never decides against a
 * known class count. Nothing but descriptions is looked at; values are read by `readTemplates`.
 *
 * @throws UsageError when several tensors are equally likely, or `head` names none; the message lists them.
 * @throws IncomparableError when no candidate has as many rows as there are classes.
 * @throws UnsupportedError when nothing looks like a head, or the head has a single class.
 */
export function detectHead(file: ModelFile, options: DetectHeadOptions = {}): HeadChoice {
  const { classCount } = options;
  if (options.head !== undefined) {
    const named = namedCandidate(file, options.head, classCount);
    return toChoice(file, named, 'named by --head', [], classCount);
  }
  const rejected: RejectedHead[] = [];
  const chosen = fromGraph(file, classCount, rejected) ?? fromNamesAndShapes(file, classCount, rejected);
  if (chosen) return toChoice(file, chosen.candidate, chosen.reason, rejected, classCount);
  throw noHead(file, classCount, rejected);
}

interface Chosen {
  candidate: HeadCandidate;
  reason: string;
}

/** A rule for narrowing: why a candidate is less likely than others, or undefined. */
type Doubt = (candidate: HeadCandidate) => string | undefined;

/** Moves the doubtful to `rejected`. With `unlessAll`, a doubt that would leave nobody is passed over. */
function narrow(
  candidates: readonly HeadCandidate[],
  doubt: Doubt,
  rejected: RejectedHead[],
  unlessAll?: 'unless all',
): HeadCandidate[] {
  const doubts = candidates.map(doubt);
  if (unlessAll && doubts.every((reason) => reason !== undefined)) return [...candidates];
  return candidates.filter((candidate, i) => {
    const reason = doubts[i];
    if (reason !== undefined) reject(rejected, candidate, reason);
    return reason === undefined;
  });
}

function reject(rejected: RejectedHead[], { entry }: HeadCandidate, reason: string): void {
  if (!rejected.some(({ tensor }) => tensor === entry.name))
    rejected.push({ tensor: entry.name, shape: entry.shape, reason });
}

const never: Doubt = ({ name }) => (name.never ? name.against : undefined);
const secondChoice: Doubt = ({ name }) => name.against;

/** Adds to the reason what speaks against the choice, where there was no better one. */
function withDoubt(reason: string, { name }: HeadCandidate): string {
  return name.against ? `${reason}; ${name.against}, in the absence of another` : reason;
}

/** Rows equal to the class count, or one more for a background row. */
function hasRows(candidate: HeadCandidate, classCount: number | undefined): boolean {
  return classCount === undefined || candidate.classes === classCount || candidate.classes === classCount + 1;
}

function wrongCount(classCount: number | undefined): Doubt {
  return (candidate) =>
    hasRows(candidate, classCount) ? undefined : `has ${candidate.classes} rows, for ${classCount} classes`;
}

function fromGraph(file: ModelFile, classCount: number | undefined, rejected: RejectedHead[]): Chosen | undefined {
  let left = graphCandidates(file);
  left = narrow(left, ({ graph }) => graph?.feeds && `makes features for ${graph.feeds}`, rejected, 'unless all');
  left = narrow(narrow(left, never, rejected), secondChoice, rejected, 'unless all');
  left = narrow(
    left,
    ({ entry }) => (isMatrix(entry.shape) ? undefined : `is a convolution over ${formatShape(entry.shape)}`),
    rejected,
  );
  left = narrow(left, ({ features }) => (features < 2 ? 'has a single feature' : undefined), rejected);
  left = narrow(left, wrongCount(classCount), rejected);
  left = narrow(left, (candidate) => uncertain(candidate, classCount), rejected);
  if (left.length > 1) left = settle(file, left, classCount, rejected);
  const candidate = left[0];
  if (!candidate?.graph) return undefined;
  const { path, output } = candidate.graph;
  return {
    candidate,
    reason: withDoubt(
      `weight of the ${path.at(-1)} that the graph output ${output} leads back to (${path.join(' ← ')})`,
      candidate,
    ),
  };
}

/** Behind an activation and without a softmax, a layer of unknown name and row count may as well make features. */
function uncertain({ graph, name, classes }: HeadCandidate, classCount: number | undefined): string | undefined {
  const path = graph?.path ?? [];
  const isLikely = classCount !== undefined || name.known || IMAGENET_ROWS.has(classes);
  if (isLikely || path.some((op) => SCORE_OPERATORS.test(op)) || !path.some((op) => ACTIVATIONS.test(op)))
    return undefined;
  return `its output passes ${path.find((op) => ACTIVATIONS.test(op))} and no softmax: perhaps features`;
}

function fromNamesAndShapes(
  file: ModelFile,
  classCount: number | undefined,
  rejected: RejectedHead[],
): Chosen | undefined {
  const all = matrixCandidates(file);
  const known = narrow(
    all.filter(({ name }) => name.known),
    never,
    rejected,
  );
  const named = narrow(narrow(known, wrongCount(classCount), rejected), secondChoice, rejected, 'unless all');
  if (named.length > 0) {
    const depth = Math.min(...named.map(({ name }) => name.known!.depth));
    let left = narrow(
      named,
      ({ name }) => (name.known!.depth > depth ? 'lies deeper in the model' : undefined),
      rejected,
    );
    const stem = ({ entry }: HeadCandidate) => entry.name.replace(/_?\d+/g, '');
    if (new Set(left.map(stem)).size === 1) {
      const last = Math.max(...left.map(({ name }) => name.known!.index));
      left = narrow(
        left,
        ({ name }) => (name.known!.index < last ? 'is followed by a later layer' : undefined),
        rejected,
      );
    }
    const candidate = (left.length > 1 ? settle(file, left, classCount, rejected) : left)[0]!;
    return { candidate, reason: withDoubt('has a usual name of a classifier head', candidate) };
  }

  // No name fits: the row count must single one out. Where a graph's outputs were followed, that would be guessing.
  if (graphCandidates(file).length > 0) return undefined;
  const others = all.filter(({ name }) => !name.never);
  const byRows = others.filter((candidate) =>
    classCount === undefined ? IMAGENET_ROWS.has(candidate.classes) : hasRows(candidate, classCount),
  );
  if (byRows.length === 0 && classCount !== undefined) narrow(others, wrongCount(classCount), rejected);
  let left = narrow(byRows, secondChoice, rejected, 'unless all');
  if (left.length > 1) left = settle(file, left, classCount, rejected);
  const [candidate] = left;
  if (candidate) return { candidate, reason: withDoubt(`the only matrix with ${candidate.classes} rows`, candidate) };
  const isAlone = classCount === undefined && others.length === 1;
  return isAlone ? { candidate: others[0]!, reason: 'the only matrix of the file' } : undefined;
}

/** Of several candidates the one that an exact row count, a softmax or a usual name singles out. */
function settle(
  file: ModelFile,
  candidates: readonly HeadCandidate[],
  classCount: number | undefined,
  rejected: RejectedHead[],
): HeadCandidate[] {
  const count = (wanted: (classes: number) => boolean, reason: string): Doubt => {
    return ({ classes }) => (wanted(classes) ? undefined : reason);
  };
  const doubts: Doubt[] = [
    classCount === undefined
      ? count((classes) => IMAGENET_ROWS.has(classes), 'has neither 1000 nor 1001 rows')
      : count((classes) => classes === classCount, `has one row more than ${classCount} classes`),
    ({ name }) => (name.known ? undefined : 'has no usual name of a classifier head'),
    ({ graph }) =>
      graph && !graph.path.some((op) => /softmax/i.test(op)) ? 'its output passes no softmax' : undefined,
  ];
  let left = [...candidates];
  const passed: RejectedHead[] = [];
  for (const doubt of doubts) {
    left = narrow(left, doubt, passed, 'unless all');
    if (left.length > 1) continue;
    for (const one of passed) if (!rejected.some(({ tensor }) => tensor === one.tensor)) rejected.push(one);
    return left;
  }
  throw new UsageError(
    `${file.name}: ${candidates.length} tensors may be the classifier head: ${listed(candidates.map(({ entry }) => entry))}.`,
    { hint: `Name the one you mean, such as --head ${candidates[0]!.entry.name}.`, file: file.name },
  );
}

function noHead(file: ModelFile, classCount: number | undefined, rejected: readonly RejectedHead[]): Error {
  const seen = rejected.map(({ tensor, shape }) => ({ name: tensor, shape }));
  if (classCount !== undefined && seen.length > 0)
    return new IncomparableError(
      `${file.name}: no classifier head has ${classCount} rows, one for each class; there are ${listed(seen)}.`,
      {
        hint: 'Give labels with one line for each row of the head, or choose a tensor with --head NAME.',
        file: file.name,
      },
    );
  const stops = (file.graphStops ?? []).map(({ output, op }) => `the way back from ${output} ends at ${op}`);
  const why = rejected.map(({ tensor, shape, reason }) => `${tensor} (${formatShape(shape)}) ${reason}`);
  const details = [...why, ...stops].slice(0, LISTED);
  const tensors = [...file.tensors.values()].map(
    ({ name, dtype, shape }) => `${name} (${dtype} ${formatShape(shape)})`,
  );
  const found = details.length > 0 ? details.join('; ') : tensors.slice(0, LISTED).join(', ');
  const wanted = classCount === undefined ? 'no classifier head' : `no classifier head of ${classCount} rows`;
  return new UnsupportedError(
    `${file.name}: ${wanted} was found among ${file.tensors.size} ${file.tensors.size === 1 ? 'tensor' : 'tensors'}${found ? `: ${found}` : ''}.`,
    { hint: 'Choose a tensor with --head NAME; it needs one row for each class.', file: file.name },
  );
}

function listed(entries: readonly { name: string; shape: readonly number[] }[]): string {
  const names = entries.slice(0, LISTED).map(({ name, shape }) => `${name} (${formatShape(shape)})`);
  const more = entries.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ');
}

function toChoice(
  file: ModelFile,
  candidate: HeadCandidate,
  reason: string,
  rejected: readonly RejectedHead[],
  classCount: number | undefined,
): HeadChoice {
  const { entry, classAxis, rows, classes, features } = candidate;
  if (classes < 2)
    throw new UnsupportedError(
      `${file.name}: the head ${entry.name} (${formatShape(entry.shape)}) has ${classes === 1 ? 'one class' : 'no class'}; similarity needs at least two.`,
      { hint: 'If this is not the classifier head, choose another tensor with --head NAME.', file: file.name },
    );
  const dropped = new Set(candidate.droppedRows);
  const isPadded = classCount === undefined ? classes === 1001 : classes === classCount + 1;
  return {
    tensor: entry.name,
    shape: entry.shape,
    classAxis,
    classes,
    features,
    droppedRows: candidate.droppedRows,
    ...(isPadded ? { backgroundRow: hasNoObjectRow(entry.name) ? classes - 1 : 0 } : {}),
    reason,
    rejected,
    readTemplates: () => {
      const kept: number[] = [];
      for (let row = 0; row < rows; row++) if (!dropped.has(row)) kept.push(row);
      return readTemplates(file.name, entry, classAxis, kept);
    },
  };
}
