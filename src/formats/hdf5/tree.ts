import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError } from '../../base/errors.ts';
import type { Cursor } from './cursor.ts';
import { HDF5_LIMITS, type Hdf5File, readAt, readSigned } from './hdf5-file.ts';

export interface TreeLeaf {
  /** The key before the child. */
  readonly key: Cursor;
  readonly child: number;
}

/**
 * The children of the lowest nodes of a B-tree of version 1, from left to right. `type` is 0 for groups, 1 for chunks.
 * @throws FormatError when a node is met twice or its level does not go down.
 */
export async function* treeLeaves(
  file: Hdf5File,
  what: string,
  root: number,
  type: 0 | 1,
  keyBytes: number,
): AsyncGenerator<TreeLeaf> {
  const seen = new Set<number>();
  const waiting: { address: number; level: number | undefined }[] = [{ address: root, level: undefined }];
  while (waiting.length > 0) {
    const { address, level: expected } = waiting.pop()!;
    if (seen.has(address)) throw new FormatError(`${file.source.name}: ${what} runs in a circle.`);
    seen.add(address);
    checkLimit(file.source.name, `the number of nodes of ${what}`, seen.size, HDF5_LIMITS.treeNodes);
    const head = await readSigned(file, what, address, 8, 'TREE');
    const foundType = head.u8();
    const level = head.u8();
    if (foundType !== type || (expected !== undefined && level !== expected))
      throw new FormatError(
        `${file.source.name}: a node of ${what} has type ${foundType} and level ${level}, where type ${type} and level ${expected ?? level} are expected.`,
      );
    const count = head.u16();
    file.budget.charge('steps', 1 + count, what);
    const entryBytes = keyBytes + file.offsetBytes;
    const start = address + 8 + 2 * file.offsetBytes;
    const children: { address: number; level: number }[] = [];
    for (let i = 0; i < count; i++) {
      const key = await readAt(file, what, start + i * entryBytes, entryBytes);
      const keyAt = await readAt(file, what, start + i * entryBytes, keyBytes);
      key.skip(keyBytes);
      const child = key.address();
      if (child === undefined)
        throw new FormatError(`${file.source.name}: a node of ${what} has a child without place.`);
      if (level === 0) yield { key: keyAt, child };
      else children.push({ address: child, level: level - 1 });
    }
    for (const child of children.reverse()) waiting.push(child);
  }
}
