import { describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { FormatError } from '#src/base/errors.ts';
import { openZip } from '#src/formats/zip/open-zip.ts';
import { zipArchive } from '../support/zip-writer.ts';

const bytes = new TextEncoder().encode('some bytes');

async function readFirst(archive: Uint8Array, range?: [number, number]): Promise<string> {
  const zip = await openZip(memorySource('x.zip', archive));
  const source = await zip.open([...zip.entries.values()][0]!);
  return new TextDecoder().decode(await source.read(...(range ?? [0, source.byteLength])));
}

describe('a stored entry', () => {
  it('is checked against its checksum when it is read whole', async () => {
    expect(await readFirst(zipArchive([{ name: 'a', bytes }]))).toBe('some bytes');
    const wrong = zipArchive([{ name: 'a', bytes, claim: { crc32: 1 } }]);
    await expect(readFirst(wrong)).rejects.toThrow(FormatError);
    await expect(readFirst(wrong)).rejects.toThrow(
      'x.zip/a: the stored bytes do not have the checksum (CRC-32) that the zip directory gives.',
    );
    expect(await readFirst(wrong, [0, 4])).toBe('some');
  });

  it('has no checksum where it is 0, as PyTorch can be told to write', async () => {
    expect(await readFirst(zipArchive([{ name: 'a', bytes, claim: { crc32: 0 } }]))).toBe('some bytes');
  });

  it.each([10, 300_000])('of %i bytes must have the name that the directory gives it', async (size) => {
    const archive = zipArchive([{ name: 'weights', bytes: new Uint8Array(size) }]);
    archive.set(new TextEncoder().encode('strange'), 30);
    await expect(readFirst(archive)).rejects.toThrow(
      'x.zip: the zip entry weights is called strange where it stands; the directory and the entry must agree.',
    );
  });
});
