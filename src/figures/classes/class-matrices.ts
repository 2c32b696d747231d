import { UsageError } from '../../base/errors.ts';
import type { ClassOrders, ClassRow } from '../../study/classes-section.ts';
import { readStudyJson, readStudyMatrix, readStudyTable } from '../../study/read-study.ts';
import type { Matrix32 } from '../../tensor/matrix.ts';
import type { FigureContext } from '../figure.ts';

/** The classes of a study and the order that a figure shows them in. */
export interface OrderedClasses {
  names: string[];
  rows: ClassRow[];
  order: number[];
  orderName: string;
  /** Outermost groups of the order, to name blocks by. */
  groups: { name: string; start: number; end: number }[];
}

/** First words of the lemma lists, as figures have room for. */
export async function orderedClasses(
  { manifest, store, choices }: FigureContext,
  section: { classes: string; orders: string },
): Promise<OrderedClasses> {
  const rows = await readStudyTable<ClassRow>(store, manifest, section.classes);
  const { wordnet } = await readStudyJson<ClassOrders>(store, manifest, section.orders);
  const wanted = choices.order ?? (wordnet ? 'wordnet' : 'index');
  if (wanted !== 'wordnet' && wanted !== 'index')
    throw new UsageError(`--order must be wordnet or index; found ${wanted}.`);
  if (wanted === 'wordnet' && !wordnet)
    throw new UsageError('The study has no order by WordNet, since no class has a synset; use --order index.');
  const isMeaning = wanted === 'wordnet';
  const large = (wordnet?.groups ?? []).filter(
    ({ start, end, depth }) => end - start >= rows.length / 25 && depth >= 3 && depth <= 7,
  );
  const leaves = large.filter(
    (group) => !large.some((other) => other !== group && other.start >= group.start && other.end <= group.end),
  );
  return {
    rows,
    names: rows.map(({ name }) => name.split(',')[0]!),
    order: isMeaning ? wordnet!.order : rows.map((_, i) => i),
    orderName: isMeaning ? 'classes ordered by WordNet' : 'classes in the order of the labels',
    groups: isMeaning ? leaves.map(({ name, start, end }) => ({ name, start, end })) : [],
  };
}

/** Least and greatest value off the diagonal over several matrices, NaN left out. */
export function offDiagonalRange(matrices: readonly Matrix32[]): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { rows, cols, data } of matrices)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < cols; j++) {
        const value = data[i * cols + j]!;
        if (i === j || Number.isNaN(value)) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
  return low < high ? [low, high] : [0, 1];
}

export async function readMatrix({ manifest, store }: FigureContext, path: string): Promise<Matrix32> {
  return readStudyMatrix(store, manifest, path);
}

/** The class that a name, a part of one, or a WordNet id means. */
export function classNamed({ rows, names }: OrderedClasses, wanted: string): number {
  const text = wanted.toLowerCase();
  const exact = rows.findIndex(
    ({ synset, name }, i) => synset === wanted || name.toLowerCase() === text || names[i]!.toLowerCase() === text,
  );
  const at = exact >= 0 ? exact : rows.findIndex(({ name }) => name.toLowerCase().includes(text));
  if (at < 0) throw new UsageError(`There is no class ${JSON.stringify(wanted)} in the study.`);
  return at;
}
