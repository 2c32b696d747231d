import { describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { FormatError, UnsupportedError } from '#src/base/errors.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { dict, global, int, join, list, no, op, pickle, text, tuple, yes } from '../support/pickle-writer.ts';

const int64s = (...values: number[]) => new Uint8Array(BigInt64Array.from(values, BigInt).buffer);

/** A tar archive of files, as Python's tarfile writes them. */
function tar(files: Record<string, Uint8Array>): Uint8Array {
  const parts: Buffer[] = [];
  for (const [name, bytes] of Object.entries(files)) {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('0', 156);
    header.write('ustar\0', 257);
    parts.push(header, Buffer.from(bytes), Buffer.alloc((512 - (bytes.length % 512)) % 512));
  }
  return new Uint8Array(Buffer.concat([...parts, Buffer.alloc(1024)]));
}

const values = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8).buffer);
const good = {
  sys_info: pickle(dict({ little_endian: yes })),
  storages: join(
    pickle(int(1)),
    pickle(tuple(int(101), text('cpu'), global('torch', 'FloatStorage'))),
    int64s(8),
    values,
    pickle(list(tuple(int(102), int(101), int(2), int(6)))),
  ),
  tensors: join(
    pickle(int(2)),
    pickle(tuple(int(201), int(101), global('torch', 'FloatTensor'))),
    Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0),
    int64s(2, 3, 3, 1, 1),
    pickle(tuple(int(202), int(102), global('torch', 'FloatTensor'))),
    Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0),
    int64s(2, 1, 1),
  ),
  pickle: pickle(dict({ 'fc.weight': join(text('201'), op('Q')), 'fc.bias': join(text('202'), op('Q')) })),
};
const open = (files: Record<string, Uint8Array>) => openModel(memorySource('x.pth', tar(files)));

describe('the tar form of the earliest releases', () => {
  it('has its tensors by their keys, views of storages included', async () => {
    const file = await open(good);
    expect(await file.tensors.get('fc.weight')!.read()).toEqual({
      shape: [2, 3],
      data: Float32Array.of(2, 3, 4, 5, 6, 7),
    });
    expect(await file.tensors.get('fc.bias')!.read()).toEqual({ shape: [2], data: Float32Array.of(4, 5) });
    expect(detectHead(file)).toMatchObject({ tensor: 'fc.weight', classes: 2, features: 3 });
  });

  it.each<[string, Record<string, Uint8Array>, string]>([
    [
      'without tensors',
      { ...good, tensors: pickle(int(0)) },
      'x.pth: the pickle refers to a tensor that the archive does not list.',
    ],
    [
      'with a storage past its end',
      { ...good, storages: join(good.storages.subarray(0, 40), new Uint8Array(4)) },
      'x.pth: ',
    ],
    [
      'with more tensors than any',
      { ...good, tensors: pickle(int(2 ** 31 - 1)) },
      'x.pth: the number of tensors is 2147483647; at most 200000 are read.',
    ],
    [
      'with a tensor of 65 dimensions',
      { ...good, tensors: join(pickle(int(1)), pickle(tuple(int(1), int(101), no)), Uint8Array.of(65, 0, 0, 0)) },
      'x.pth: the number of dimensions of tensor 0 is 65; at most 64 are read.',
    ],
  ])('is refused %s', async (_, files, message) => {
    await expect(open(files)).rejects.toThrow(message);
  });

  it('is refused without one of its files, and from a big-endian machine', async () => {
    const { tensors: _, ...rest } = good;
    await expect(open(rest)).rejects.toThrow(FormatError);
    await expect(open(rest)).rejects.toThrow(
      'x.pth: the tar archive lacks tensors, so it is not a PyTorch checkpoint.',
    );
    const big = { ...good, sys_info: pickle(dict({ little_endian: no })) };
    await expect(open(big)).rejects.toThrow(UnsupportedError);
  });

  it('cut anywhere ends in a message', async () => {
    const bytes = tar(good);
    for (let length = 513; length < bytes.length - 1024 - 512; length += 101)
      await expect(openModel(memorySource('x.pth', bytes.subarray(0, length)))).rejects.toThrow(/^x\.pth: /);
  });
});
