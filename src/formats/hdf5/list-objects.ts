import { printable } from '../../base/bytes/printable.ts';
import { checkLimit } from '../../base/bytes/read-range.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { LIMITS } from '../limits.ts';
import { attributeTexts } from './attributes.ts';
import { datasetEntry } from './dataset.ts';
import { HDF5_LIMITS, type Hdf5File } from './hdf5-file.ts';
import { linksOf } from './links.ts';
import { type HeaderMessage, MESSAGE, readObjectHeader } from './object-header.ts';

/** A group of an HDF5 file; the root has the empty path, others such as "model_weights/dense". */
export interface Hdf5Group {
  readonly path: string;
  /** The texts of one of its attributes; undefined where there is none of that name. */
  attribute(name: string): Promise<string[] | undefined>;
}

/** The groups and the datasets of numbers of a file, by path, in the order of the links. */
export interface Hdf5Objects {
  readonly groups: ReadonlyMap<string, Hdf5Group>;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
}

interface Waiting {
  path: string;
  address: number;
  depth: number;
}

/** Lists a file. Headers are read, values are not. A group that several links lead to is listed under the first. */
export async function listHdf5(file: Hdf5File): Promise<Hdf5Objects> {
  const { name } = file.source;
  const groups = new Map<string, Hdf5Group>();
  const tensors = new Map<string, TensorEntry>();
  const seenGroups = new Set<number>();
  const waiting: Waiting[] = [{ path: '', address: file.root, depth: 0 }];
  let links = 0;
  while (waiting.length > 0) {
    const { path, address, depth } = waiting.pop()!;
    const what = path === '' ? 'the root group' : printable(path);
    if (seenGroups.has(address)) continue;
    const messages = await readObjectHeader(file, what, address);
    if (messages.some(({ type }) => type === MESSAGE.layout)) {
      const tensor = datasetEntry(file, path, messages);
      if (tensor) tensors.set(path, tensor);
      continue;
    }
    seenGroups.add(address);
    groups.set(path, { path, attribute: (key) => attributeTexts(file, what, messages, key) });
    const below = await childrenOf(file, what, messages, path, depth);
    checkLimit(name, 'the number of links', (links += below.length), HDF5_LIMITS.links);
    for (const child of below.reverse()) waiting.push(child);
  }
  return { groups, tensors };
}

async function childrenOf(
  file: Hdf5File,
  what: string,
  messages: readonly HeaderMessage[],
  path: string,
  depth: number,
): Promise<Waiting[]> {
  const { name } = file.source;
  const links = await linksOf(file, what, messages);
  if (links.length > 0) checkLimit(name, `the depth of ${what}`, depth + 1, HDF5_LIMITS.depth);
  return links.map((link) => {
    const childPath = path === '' ? link.name : `${path}/${link.name}`;
    checkLimit(name, 'the length of the path of an object', childPath.length, LIMITS.nameLength);
    file.budget.charge('characters', childPath.length, 'the list of objects');
    return { path: childPath, address: link.address, depth: depth + 1 };
  });
}
