import type { ModelFile } from '../model-file.ts';
import { modelFormat } from '../model-formats.ts';
import { biasOf } from './bias-axis.ts';
import type { HeadCandidate } from './candidates.ts';

/** Which layers read which, told from the lengths of their axes: one's outputs are the next one's inputs. */
export interface Widths {
  /** A matrix that reads as many inputs as this one has rows, so that its outputs are features; undefined when none does. */
  readerOf(candidate: HeadCandidate): string | undefined;
  /** As `readerOf`, wherever the reader stands in the file. */
  readerAnywhere(candidate: HeadCandidate): string | undefined;
  /** Whether some other weight makes as many outputs, or a flattened map of as many channels. */
  isFed(candidate: HeadCandidate): boolean;
  /** The statistics of a batch normalisation that follow directly and have one value a row. */
  normalisedBy(candidate: HeadCandidate): string | undefined;
  /** The widths that lead to the candidate, such as [400, 120, 84, 10]. */
  chain(candidate: HeadCandidate): number[];
}

/** Of the matrices that read a width, those that stand first, second and last in the file. */
interface Readers {
  readonly first: string;
  second: string | undefined;
  last: string;
}

/** Steps of a chain that are told. */
const MAX_CHAIN = 6;

/** Looks at all matrices of a file that could be heads by their shape. Optimizer copies and the like read nothing. */
export function widthsOf(file: ModelFile, all: readonly HeadCandidate[]): Widths {
  const dense = all.filter(({ name, entry }) => !name.against && isDense(entry.shape));
  const names = [...file.tensors.keys()];
  const place = new Map(names.map((name, i) => [name, i]));
  const readers = new Map<number, Readers>();
  for (const { entry, features } of dense) {
    const found = readers.get(features);
    if (!found) readers.set(features, { first: entry.name, second: undefined, last: entry.name });
    else {
      found.second ??= entry.name;
      found.last = entry.name;
    }
  }
  const rowsOf = new Map(all.map(({ entry, rows }) => [entry.name, rows]));
  const makers = new Map<number, number>();
  for (const { shape, name } of file.tensors.values()) {
    if (shape.length < 2) continue;
    const outputs = rowsOf.get(name) ?? shape[0]!;
    makers.set(outputs, (makers.get(outputs) ?? 0) + 1);
  }
  const isOrdered = modelFormat(file.format).head.inOrder === true;
  const anywhere = ({ entry, rows }: HeadCandidate) => {
    const found = readers.get(rows);
    return found?.first === entry.name ? found.second : found?.first;
  };
  const later = ({ entry, rows }: HeadCandidate) => {
    const last = readers.get(rows)?.last;
    return last !== undefined && place.get(last)! > place.get(entry.name)! ? last : undefined;
  };
  return {
    readerOf: isOrdered ? later : anywhere,
    readerAnywhere: anywhere,
    isFed: ({ features, rows }) => {
      const own = rows === features ? 1 : 0;
      if ((makers.get(features) ?? 0) > own) return true;
      for (const [outputs, count] of makers)
        if (outputs > 1 && features % outputs === 0 && features !== outputs && count > (outputs === rows ? 1 : 0))
          return true;
      return false;
    },
    normalisedBy: ({ entry, rows }) => {
      if (!isOrdered) return undefined;
      const bias = biasOf(file, entry.name)?.name;
      const following = names.slice(place.get(entry.name)! + 1, place.get(entry.name)! + 6);
      return following.find(
        (name) => name !== bias && /running_mean$/.test(name) && file.tensors.get(name)!.shape[0] === rows,
      );
    },
    chain: (candidate) => {
      const chain = [candidate.rows, candidate.features];
      const passed = new Set([candidate.entry.name]);
      while (chain.length < MAX_CHAIN) {
        const before = dense.find(({ entry, rows }) => rows === chain.at(-1) && !passed.has(entry.name));
        if (!before) break;
        passed.add(before.entry.name);
        chain.push(before.features);
      }
      return chain.reverse();
    },
  };
}

/** A matrix as dense layers have it; 1×1 convolutions are none. */
export function isDense(shape: readonly number[]): boolean {
  return shape.length === 2;
}
