import { UsageError } from '../../base/errors.ts';
import { formatShape } from '../../tensor/tensor.ts';
import type { ModelFile } from '../model-file.ts';
import type { HeadCandidate } from './candidates.ts';
import type { RejectedHead } from './head-choice.ts';

/** Row counts of ImageNet-1k heads, without and with TensorFlow's background row. */
export const IMAGENET_ROWS: ReadonlySet<number> = new Set([1000, 1001]);

/** How many candidates a message lists. */
export const LISTED = 8;

/** What a search ended with. */
export interface Chosen {
  readonly candidate: HeadCandidate;
  readonly reason: string;
}

/** A rule for narrowing: why a candidate is less likely than others, or undefined. */
export type Doubt = (candidate: HeadCandidate) => string | undefined;

/** Moves the doubtful to `rejected`. With `unlessAll`, a doubt that would leave nobody is passed over. */
export function narrow(
  candidates: readonly HeadCandidate[],
  doubt: Doubt,
  rejected: RejectedHead[],
  unlessAll?: 'unless all',
): HeadCandidate[] {
  const doubts = candidates.map(doubt);
  if (unlessAll && doubts.every((reason) => reason !== undefined)) return [...candidates];
  return candidates.filter((candidate, i) => {
    const reason = doubts[i];
    const { name, shape } = candidate.entry;
    if (reason !== undefined) reject(rejected, { tensor: name, shape, reason });
    return reason === undefined;
  });
}

/** The names in each list of the rejected; files may have 200,000 tensors, so they are not looked for one by one. */
const namesIn = new WeakMap<RejectedHead[], Set<string>>();

function reject(rejected: RejectedHead[], one: RejectedHead): void {
  const names = namesIn.get(rejected) ?? new Set(rejected.map(({ tensor }) => tensor));
  namesIn.set(rejected, names);
  if (names.has(one.tensor)) return;
  names.add(one.tensor);
  rejected.push(one);
}

export const never: Doubt = ({ name }) => (name.never ? name.against : undefined);
export const secondChoice: Doubt = ({ name }) => name.against;

/** Adds to the reason what speaks against the choice, where there was no better one. */
export function withDoubt(reason: string, { name }: HeadCandidate): string {
  return name.against ? `${reason}; ${name.against}, in the absence of another` : reason;
}

/** Rows equal to the class count, or one more for a background row. */
export function hasRows(candidate: HeadCandidate, classCount: number | undefined): boolean {
  return classCount === undefined || candidate.classes === classCount || candidate.classes === classCount + 1;
}

export function wrongCount(classCount: number | undefined): Doubt {
  return (candidate) =>
    hasRows(candidate, classCount) ? undefined : `has ${candidate.classes} rows, for ${classCount} classes`;
}

/** Of several candidates the one that an exact row count, a softmax or a usual name singles out; else a question. */
export function settle(
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
    for (const one of passed) reject(rejected, one);
    return left;
  }
  throw question(file, candidates);
}

/** Asks which of several is meant, with the flag for each. */
export function question(file: ModelFile, candidates: readonly HeadCandidate[]): UsageError {
  const flags = candidates.slice(0, LISTED).map(({ entry }) => `--head ${quoted(entry.name)}`);
  return new UsageError(
    `${file.name}: ${candidates.length} tensors may be the classifier head: ${listed(candidates.map(({ entry }) => entry))}.`,
    { hint: `Name the one you mean: ${flags.join(' or ')}.`, file: file.name },
  );
}

/** A name as a shell takes it. */
function quoted(name: string): string {
  return /^[\w./:@%+=-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`;
}

export function listed(entries: readonly { name: string; shape: readonly number[] }[]): string {
  const names = entries.slice(0, LISTED).map(({ name, shape }) => `${name} (${formatShape(shape)})`);
  const more = entries.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ');
}
