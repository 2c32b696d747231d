import { UsageError } from '../../../base/errors.ts';
import type { Matrix32 } from '../../../tensor/matrix.ts';
import type { WorkArea } from '../../common/work-area.ts';
import type { ClassGroup } from '../sources/image-groups.ts';

/** What was measured of one class: plain data, and arrays by name. */
interface Measured {
  arrays: Record<string, Matrix32>;
}

type Stored<R extends Measured> = Omit<R, 'arrays'> & { shapes: Record<string, [number, number]> };

/** The classes that the work area has nothing of yet. */
export async function unmeasured(groups: readonly ClassGroup[], work: WorkArea): Promise<Set<ClassGroup>> {
  const waiting = new Set<ClassGroup>();
  for (const group of groups) if (!(await work.readJson(recordPath(group)))) waiting.add(group);
  return waiting;
}

/** Keeps what was measured of a class until the study is written. */
export async function storeRecord<R extends Measured>(group: ClassGroup, measured: R, work: WorkArea): Promise<void> {
  const { arrays, ...record } = measured;
  const shapes: Record<string, [number, number]> = {};
  for (const [name, { rows, cols, data }] of Object.entries(arrays)) {
    shapes[name] = [rows, cols];
    await work.writeArray(`classes/${group.id}/${name}.npy`, data);
  }
  // Written last: its presence says that the class is whole.
  await work.writeJson(recordPath(group), { ...record, shapes });
}

/** What {@link storeRecord} kept. */
export async function readRecord<R extends Measured>(group: ClassGroup, work: WorkArea): Promise<R> {
  const { shapes, ...record } = (await work.readJson<Stored<R>>(recordPath(group)))!;
  const arrays: Record<string, Matrix32> = {};
  for (const [name, [rows, cols]] of Object.entries(shapes))
    arrays[name] = { rows, cols, data: (await work.readArray(`classes/${group.id}/${name}.npy`)) as Float32Array };
  return { ...record, arrays } as unknown as R;
}

function recordPath({ id }: ClassGroup): string {
  return `classes/${id}/record.json`;
}

/** Does the work of a class; a UsageError then says which class it is about. */
export function saidOf<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${name}: ${error.message}`, {
      cause: error,
      ...(error.hint !== undefined && { hint: error.hint }),
    });
  }
}
