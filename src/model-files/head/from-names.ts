import type { ModelFile } from '../model-file.ts';
import { graphCandidates, type HeadCandidate, matrixCandidates } from './candidates.ts';
import type { RejectedHead } from './head-choice.ts';
import {
  type Chosen,
  hasRows,
  IMAGENET_ROWS,
  LISTED,
  narrow,
  never,
  question,
  secondChoice,
  settle,
  withDoubt,
  wrongCount,
} from './narrowing.ts';
import { isDense, type Widths, widthsOf } from './widths.ts';

/**
 * The head of a file whose graph does not tell: a matrix that no other reads, by its usual name, else by its row count,
 * else as the end of the chain of widths. A name never decides against the widths or a known class count.
 */
export function fromNamesAndShapes(
  file: ModelFile,
  classCount: number | undefined,
  rejected: RejectedHead[],
): Chosen | undefined {
  const all = matrixCandidates(file);
  const widths = widthsOf(file, all);
  const named = byName(file, all, widths, classCount, rejected);
  if (named) return named;
  // Where a graph's outputs were followed, anything else would be guessing.
  if (graphCandidates(file).length > 0) return undefined;
  const others = all.filter(({ name }) => !name.never && !name.inner);
  return byRowCount(file, others, widths, classCount, rejected) ?? byChain(file, others, widths, classCount, rejected);
}

function byName(
  file: ModelFile,
  all: readonly HeadCandidate[],
  widths: Widths,
  classCount: number | undefined,
  rejected: RejectedHead[],
): Chosen | undefined {
  const known = narrow(
    all.filter(({ name }) => name.known),
    never,
    rejected,
  );
  const counted = narrow(narrow(known, wrongCount(classCount), rejected), secondChoice, rejected, 'unless all');
  const named = narrow(
    counted,
    (candidate) => (candidate.classes === classCount ? undefined : isRead(candidate, widths.readerOf(candidate))),
    rejected,
  );
  if (named.length === 0) return undefined;
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

function isRead({ rows }: HeadCandidate, reader: string | undefined): string | undefined {
  return reader && `is a hidden layer: ${reader} reads its ${rows} outputs`;
}

/** The only matrix with as many rows as there are classes, or with ImageNet's 1000 or 1001. */
function byRowCount(
  file: ModelFile,
  others: readonly HeadCandidate[],
  widths: Widths,
  classCount: number | undefined,
  rejected: RejectedHead[],
): Chosen | undefined {
  const byRows = others.filter((candidate) =>
    classCount === undefined ? IMAGENET_ROWS.has(candidate.classes) : hasRows(candidate, classCount),
  );
  if (byRows.length === 0 && classCount !== undefined) narrow(others, wrongCount(classCount), rejected);
  let left = narrow(byRows, secondChoice, rejected, 'unless all');
  left = narrow(left, (candidate) => isRead(candidate, widths.readerAnywhere(candidate)), rejected, 'unless all');
  if (left.length > 1) left = settle(file, left, classCount, rejected);
  const [candidate] = left;
  return candidate && { candidate, reason: withDoubt(`the only matrix with ${candidate.classes} rows`, candidate) };
}

/** Names that layers have which are last; they decide between ends of chains only. */
const LAST_NAMES =
  /(?:^|[._/])(?:out|outputs?|final|last|prob|probs|scores?|clf|cls|pred|logits?|softmax)\w*(?=[._/]|$)/i;

/** Ends of chains that are looked at; a file with more of them is no classifier. */
const MAX_ENDS = 256;

/** The dense layer that reads what others make and that no other reads. */
function byChain(
  file: ModelFile,
  others: readonly HeadCandidate[],
  widths: Widths,
  classCount: number | undefined,
  rejected: RejectedHead[],
): Chosen | undefined {
  if (classCount !== undefined) return undefined;
  if (others.length === 1) return { candidate: others[0]!, reason: 'the only matrix of the file' };
  const dense = narrow(
    others.filter(({ entry }) => isDense(entry.shape)),
    secondChoice,
    rejected,
    'unless all',
  );
  let left = narrow(dense, (candidate) => isRead(candidate, widths.readerAnywhere(candidate)), rejected);
  left = narrow(left, alike(left), rejected);
  left = narrow(
    left,
    (candidate) => {
      const by = widths.normalisedBy(candidate);
      return by && `makes features: ${by} normalises its outputs`;
    },
    rejected,
  );
  if (left.length > MAX_ENDS) return undefined;
  left = narrow(left, (candidate) => (widths.isFed(candidate) ? undefined : 'reads what no layer makes'), rejected);
  if (left.length > 1)
    left = narrow(
      left,
      ({ entry }) => (LAST_NAMES.test(entry.name) ? undefined : 'has no name of a last layer'),
      rejected,
      'unless all',
    );
  if (left.length > 1 && left.length <= LISTED) throw question(file, left);
  const [candidate] = left;
  if (!candidate || left.length > 1) return undefined;
  const chain = widths.chain(candidate).join(' → ');
  return { candidate, reason: withDoubt(`the last dense layer, at the end of the widths ${chain}`, candidate) };
}

/** Layers of one shape whose names differ in numbers alone are the layers of a stack. */
function alike(candidates: readonly HeadCandidate[]): (candidate: HeadCandidate) => string | undefined {
  const key = ({ entry }: HeadCandidate) => `${entry.name.replace(/\d+/g, '#')} ${entry.shape.join()}`;
  const counts = new Map<string, number>();
  for (const candidate of candidates) counts.set(key(candidate), (counts.get(key(candidate)) ?? 0) + 1);
  return (candidate) => {
    const count = counts.get(key(candidate))!;
    return count > 1 ? `is one of ${count} layers alike` : undefined;
  };
}
