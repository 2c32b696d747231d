import type { FactorisationMethod } from '../../../measures/concepts/factor/factorise.ts';
import { classPresentHead } from '../../../measures/concepts/importance/class-present-head.ts';
import type { ConceptSource } from '../sources/concept-source.ts';
import type { ClassGroup } from '../sources/image-groups.ts';
import type { SharedLabels } from '../sources/shared-labels.ts';
import type { ClassModel } from './class-input.ts';

/** What is known of one model and a class. */
export interface ModelOfClass {
  source: ConceptSource;
  method: FactorisationMethod;
  group: ClassGroup;
  /** Column of the class in the model's outputs, for each of some images; null where the model is no classifier. */
  targets: ((images: readonly number[]) => number[]) | null;
  /** Column of the label of each evaluation image; null where labels do not matter. */
  labels: (number | null)[] | null;
}

/** Where models have their classes among their outputs. */
export interface ClassColumns {
  labels: SharedLabels | null;
  /** For each model: the column that an image scores highest in, by its place in the list of all; null for no classifier. */
  columns: readonly (ReadonlyMap<number, number> | null)[];
}

/** Column of the class that a classifier is asked about for each image: the group's, else the one it predicts. */
export function targetsOf(
  m: number,
  { index: of }: ClassGroup,
  images: readonly number[],
  { labels, columns }: ClassColumns,
): number[] {
  return images.map((index) => (of === null ? columns[m]!.get(index)! : labels!.columns[m]![of]!));
}

/**
 * Whether importance is had through a model's head. A multi-label model has none for a group, which is no class of its own.
 */
export function isByHead({ head, answers, classes }: ConceptSource, hasGroups: boolean): boolean {
  return head.head !== null && classes !== null && !(answers?.kind === 'sigmoid' && hasGroups);
}

/**
 * A model as the measures of a class take it. A multi-label model is asked whether the class is there; in a group, which has no
 * class of its own, its head is left out.
 */
export function classModel({ source, method, group, targets, labels }: ModelOfClass): ClassModel {
  const { name } = source;
  const head = targets ? source.head.head : null;
  if (!targets) return { name, head, method, targets: null, labels };
  const columns = { importance: targets(group.importance), evaluation: targets(group.evaluation) };
  if (source.answers?.kind !== 'sigmoid') return { name, head, method, targets: columns, labels };
  const [column] = columns.evaluation;
  if (!head || group.index === null || column === undefined)
    return { name, head: null, method, targets: columns, labels: null };
  const there = (images: readonly number[]): number[] => images.map(() => 0);
  return {
    name,
    head: classPresentHead(head, column),
    method,
    targets: { importance: there(columns.importance), evaluation: there(columns.evaluation) },
    labels: null,
  };
}
