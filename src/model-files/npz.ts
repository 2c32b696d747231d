import type { ByteSource } from '../base/bytes/byte-source.ts';
import { printable } from '../base/bytes/printable.ts';
import { checkLimit } from '../base/bytes/read-range.ts';
import { FormatError } from '../base/errors.ts';
import { LIMITS } from '../formats/limits.ts';
import { openNpyArray } from '../formats/npy/read-npy.ts';
import { firstEntryName, openZip } from '../formats/zip/open-zip.ts';
import type { TensorEntry } from '../tensor/tensor-entry.ts';
import type { ModelFile, ModelFormat } from './model-file.ts';

const SUFFIX = '.npy';

/**
 * NumPy's `.npz`, compressed or not: a zip archive of `.npy` files, each an array under its name without the suffix.
 * Only the headers are read at first; the arrays of a compressed file are inflated when asked for.
 */
export const npzFormat: ModelFormat = {
  name: 'npz',
  title: 'NumPy archive',
  extensions: ['.npz'],
  head: { classAxis: 'first' },
  match: (head) => firstEntryName(head)?.endsWith(SUFFIX) ?? false,
  open: openNpz,
};

async function openNpz(source: ByteSource): Promise<ModelFile> {
  const archive = await openZip(source);
  checkLimit(source.name, 'the number of arrays', archive.entries.size, LIMITS.tensors);
  const tensors = new Map<string, TensorEntry>();
  for (const entry of archive.entries.values()) {
    if (!entry.name.endsWith(SUFFIX))
      throw new FormatError(
        `${source.name}: an .npz file holds .npy arrays only, but this one holds ${printable(entry.name)}.`,
      );
    const name = entry.name.slice(0, -SUFFIX.length);
    checkLimit(source.name, "the length of an array's name", name.length, LIMITS.nameLength);
    tensors.set(name, await openNpyArray(await archive.open(entry), name));
  }
  return { format: 'npz', name: source.name, tensors, metadata: {} };
}
