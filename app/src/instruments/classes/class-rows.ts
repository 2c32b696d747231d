import { type Neighbour, neighboursInRow, rankInRow } from '#src/measures/class-similarity/neighbours.ts';
import type { ClassesData } from './classes-data.ts';

/** One class as a model or a reference sees it: its similarity to every class. */
export interface ClassRowOf {
  id: string;
  title: string;
  kind: 'model' | 'reference';
  /** Undefined when it could not be read; the message then says why. */
  values: Float32Array | undefined;
  message?: string;
}

/** The row of a class in the given models and references, in that order. One that cannot be read stops no other. */
export async function classRows(
  data: ClassesData,
  index: number,
  models: readonly string[],
  references: readonly string[] = data.references.map(({ id }) => id),
): Promise<ClassRowOf[]> {
  const wanted = [
    ...data.models
      .filter(({ id }) => models.includes(id))
      .sort((a, b) => models.indexOf(a.id) - models.indexOf(b.id))
      .map(({ id, name, matrix }) => ({ id, title: name, kind: 'model' as const, path: matrix })),
    ...data.references
      .filter(({ id }) => references.includes(id))
      .map(({ id, title, matrix }) => ({ id, title, kind: 'reference' as const, path: matrix })),
  ];
  return Promise.all(
    wanted.map(async ({ path, ...row }) => {
      try {
        return { ...row, values: await data.source.row(path, index) };
      } catch (error) {
        return { ...row, values: undefined, message: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
}

/** The nearest classes of a row, most similar first, ties by index. */
export function nearest(values: Float32Array | undefined, index: number, count: number): Neighbour[] {
  return values ? neighboursInRow(values, index, count) : [];
}

/** Where `other` stands among the neighbours of `index`; undefined where it has no value. */
export function rankOf(values: Float32Array | undefined, index: number, other: number): number | undefined {
  return values && (rankInRow(values, index, other) ?? undefined);
}
