import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { blobSource } from '#src/base/bytes/byte-source.ts';

describe('a blob as a source', () => {
  it.each([0, 3, 33 * 2 ** 20])('of %i bytes has their hash, whether taken at once or in blocks', async (size) => {
    const bytes = new Uint8Array(size).map((_, i) => (i * 31) % 251);
    const source = blobSource('a.bin', new Blob([bytes]));
    expect(await source.sha256()).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('has the files that were dropped with it beside it', async () => {
    const source = blobSource('a', new Blob(['a']), new Map([['b', new Blob(['xyz'])]]));
    expect(await (await source.sibling('b'))!.read(1, 3)).toEqual(new TextEncoder().encode('yz'));
    expect(await source.sibling('c')).toBeUndefined();
  });
});
