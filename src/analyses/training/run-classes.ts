import { IncomparableError } from '../../base/errors.ts';
import type { RunInfo } from '../../runs/run-log.ts';
import { labelSet } from '../../semantics/label-sets/label-sets.ts';
import type { WordNet } from '../../semantics/wordnet.ts';
import { classesOfRows, type LabelsRequest, type RowClass } from '../classes/row-classes.ts';
import type { TrainingRunInput } from './options.ts';

/** What is said of a run's classes: by the caller, else by run.json. */
export function labelsOf(input: TrainingRunInput, info: RunInfo): LabelsRequest | undefined {
  if (input.labels) return input.labels;
  return info.labels ? { kind: 'names', source: 'run.json', labels: info.labels } : undefined;
}

export function labelCount(labels: LabelsRequest | undefined): number | undefined {
  if (!labels) return undefined;
  return labels.kind === 'set' ? labelSet(labels.id).count : labels.labels.length;
}

/** Names as predictions may give them, in class order. */
export function labelNames(labels: LabelsRequest | undefined): string[] | undefined {
  if (!labels) return undefined;
  const list = labels.kind === 'set' ? labelSet(labels.id).classes : labels.labels;
  return list.map((label) => (typeof label === 'string' ? label : label.name));
}

/** The classes of a run, one for each row of its heads; rows without a label are numbered and have no synset. */
export async function runClasses(
  name: string,
  count: number,
  labels: LabelsRequest | undefined,
  loadGraph: () => Promise<WordNet>,
): Promise<{ classes: RowClass[]; set: string | null }> {
  const rows = await classesOfRows(name, { classes: count }, labels, undefined, loadGraph);
  const classes = Array.from(
    { length: count },
    (_, row): RowClass => ({ name: `class ${row}`, synset: null, how: 'unresolved', candidates: [] }),
  );
  rows.rows.forEach((row, i) => {
    classes[row] = rows.classes[i]!;
  });
  return { classes, set: rows.labels.set };
}

/** Runs are compared epoch by epoch, so they must be of the same classes in the same order. */
export function requireSameClasses(names: readonly string[], lists: readonly (readonly RowClass[])[]): void {
  const [first] = lists;
  lists.forEach((list, r) => {
    if (list.length !== first!.length)
      throw new IncomparableError(
        `${names[0]} has ${first!.length} classes and ${names[r]} has ${list.length}; runs of the same classes can be compared.`,
      );
    const at = list.findIndex(({ name, synset }, i) => synset !== first![i]!.synset || name !== first![i]!.name);
    if (at >= 0)
      throw new IncomparableError(
        `Class ${at} is ${JSON.stringify(first![at]!.name)} in ${names[0]} and ${JSON.stringify(list[at]!.name)} in ${names[r]}; runs of the same classes in the same order can be compared.`,
        { hint: 'Say what the classes are with --labels behind each run.' },
      );
  });
}
