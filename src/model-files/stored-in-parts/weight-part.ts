import type { TensorEntry } from '../../tensor/tensor-entry.ts';

/** A weight that a file stores in several tensors, put together under the name that the layer knows it by. */
export interface ComposedWeight {
  readonly entry: TensorEntry;
  /** Names of the tensors that it was made of; they are listed no more. */
  readonly parts: readonly string[];
}

/** Finds the weights of one kind of storage, given all tensors. `names` are those that the kind's last part may have. */
export interface StorageInParts {
  /** What the name of the part ends in that says that this kind is at hand, such as ".weight_g". */
  readonly mark: RegExp;
  /** Composes the weight that the marked tensor belongs to; undefined where the other parts are not there. */
  compose(marked: TensorEntry, stem: string, find: FindPart, file: string): ComposedWeight | undefined;
}

/** A tensor by its whole name. */
export type FindPart = (name: string) => TensorEntry | undefined;

/** An entry of real numbers that is computed when it is read. */
export function composedEntry(
  name: string,
  like: TensorEntry,
  composed: string,
  read: TensorEntry['read'],
): TensorEntry {
  return { name, dtype: like.dtype, shape: like.shape, composed, read };
}

/** An entry whose values are stored in a way that is not read. */
export function refusedEntry(name: string, shape: readonly number[], refused: string, read: () => never): TensorEntry {
  return { name, dtype: 'f32', shape, refused, read: async () => read() };
}

/** The name of the whole: the layer's stem and "weight". */
export function wholeName(stem: string): string {
  return stem === '' ? 'weight' : `${stem}.weight`;
}
