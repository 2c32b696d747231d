import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError, UnsupportedError } from '#src/base/errors.ts';
import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import { createRandom } from '#src/statistics/random.ts';
import { embeddedStore, embedStudyFile } from '#src/study/embedded-study.ts';
import { packStudyFile, unpackStudyFile } from '#src/study/packed-file.ts';
import { readManifest, readStudyMatrix, readStudyTable } from '#src/study/read-study.ts';
import { randomSimilarity, sampleStudy } from '../support/sample-study.ts';

const roundTrip = async (bytes: Uint8Array): Promise<Uint8Array> => unpackStudyFile(packStudyFile(bytes), 'file');

describe('packed study files', () => {
  it('come back bit for bit, whatever they hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), async (bytes) => {
        expect(await roundTrip(bytes)).toEqual(bytes);
      }),
      { numRuns: 60 },
    );
  });

  it('come back bit for bit when they are matrices, symmetric or not, NaN and signed zeros included', async () => {
    const words = fc.constantFrom(0, 0x80000000, 0x7fc00001, 0xffc00000, 0x7f800000, 0x3f800000, 1, 0x12345678);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 0, max: 6 }),
        fc.boolean(),
        fc.infiniteStream(words),
        async (rows, cols, symmetric, stream) => {
          const bits = Uint32Array.from({ length: rows * cols }, () => stream.next().value as number);
          if (symmetric && rows === cols)
            for (let i = 0; i < rows; i++) for (let j = 0; j < i; j++) bits[i * cols + j] = bits[j * cols + i]!;
          const file = encodeNpy(new Float32Array(bits.buffer), [rows, cols]);
          expect(await roundTrip(file)).toEqual(file);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('keep half of a symmetric matrix, and less than its bytes', () => {
    const n = 200;
    const similarity = randomSimilarity(n, 64, 2);
    const packed = packStudyFile(encodeNpy(similarity, [n, n]));
    expect(packed[5]).toBe(2);
    expect(packed.length).toBeLessThan(0.47 * similarity.byteLength);
    similarity[1] = 0.123;
    expect(packStudyFile(encodeNpy(similarity, [n, n]))[5]).toBe(1);
  });

  it('are refused, and never misread, when damaged', async () => {
    const file = encodeNpy(randomSimilarity(20, 8, 2), [20, 20]);
    const packed = packStudyFile(file);
    const random = createRandom(4);
    let refused = 0;
    for (let round = 0; round < 300; round++) {
      const harmed = packed.slice(0, round % 3 === 0 ? random.below(packed.length) : packed.length);
      if (round % 3 !== 0) harmed[random.below(harmed.length)]! ^= 1 << random.below(8);
      const result = await unpackStudyFile(harmed, 'file').catch((error) => error);
      if (result instanceof Uint8Array) expect(result.length).toBe(file.length);
      else {
        expect(result).toBeInstanceOf(FormatError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(100);
  });
});

describe('a study within a page', () => {
  const page = async () => {
    const study = await sampleStudy({ name: 'say </script><script>alert(1)</script>' });
    let html = '';
    for (const [path, bytes] of study.files) if (path !== 'run.json') html += embedStudyFile(path, bytes);
    const elements = new Map(
      [...html.matchAll(/<script type="[\w/-]+" id="([^"]+)">([^<]*)<\/script>/g)].map((match) => [
        match[1]!,
        match[2]!,
      ]),
    );
    return { study, html, store: embeddedStore((id) => elements.get(id)) };
  };

  it('reads as the study in the folder', async () => {
    const { study, store } = await page();
    const manifest = await readManifest(store);
    expect(manifest).toEqual(study.manifest);
    expect(await store.list('classes/models/')).toEqual(await study.store.list('classes/models/'));
    const { data } = await readStudyMatrix(store, manifest, 'classes/models/alpha/ncsm.npy');
    expect(data).toEqual(randomSimilarity(12, 16, 0));
    expect(await readStudyTable(store, manifest, 'classes/classes.jsonl')).toHaveLength(12);
    expect(await store.read('nothing.npy')).toBeUndefined();
  });

  it('cannot break out of its elements', async () => {
    const { html } = await page();
    expect(html).not.toContain('<script>alert');
    expect(html.match(/<\/script>/g)).toHaveLength(html.match(/<script /g)!.length);
    expect(() => embedStudyFile('a"b', new Uint8Array(0))).toThrow(FormatError);
    expect(() => embedStudyFile('../a', new Uint8Array(0))).toThrow(FormatError);
  });

  it('cannot be written to', async () => {
    const { store } = await page();
    await expect(store.write('x', new Uint8Array(0))).rejects.toThrow(UnsupportedError);
    await expect(store.remove('x')).rejects.toThrow(UnsupportedError);
  });

  it('says which of its files is damaged', async () => {
    const store = embeddedStore(() => 'not base64!');
    await expect(store.read('a.npy')).rejects.toThrow(/a\.npy is damaged; it is not base64/);
  });
});
