import { expect, it } from 'vitest';
import { decodeImage } from '#src/activations/images/decode-image.ts';
import { sha256Hex } from '#src/base/sha256.ts';
import type { FigureContext } from '#src/figures/figure.ts';
import { tileReader } from '#src/figures/kit/sheet-tiles.ts';
import { encodePng } from '#src/formats/png/encode-png.ts';
import type { StudyManifest } from '#src/study/manifest.ts';
import { memoryStore } from '#src/study/store.ts';

/** Two sheets of 3 × 2 tiles of 4 pixels, each of a colour of its own. */
const SIDE = 4;
const colourOf = (tile: number) => [20 * tile, 255 - 20 * tile, 7 * tile];
async function sheet(first: number): Promise<Uint8Array> {
  const data = new Uint8Array(3 * SIDE * 2 * SIDE * 3);
  for (let y = 0; y < 2 * SIDE; y++)
    for (let x = 0; x < 3 * SIDE; x++)
      data.set(colourOf(first + Math.floor(y / SIDE) * 3 + Math.floor(x / SIDE)), (y * 3 * SIDE + x) * 3);
  return encodePng({ width: 3 * SIDE, height: 2 * SIDE, data });
}

it('cuts every tile out of the sheet that it lies on, and decodes a sheet once', async () => {
  const files = new Map([
    ['a.png', await sheet(0)],
    ['b.png', await sheet(6)],
  ]);
  const hashes = await Promise.all([...files].map(async ([path, bytes]) => [path, await sha256Hex(bytes)]));
  let decoded = 0;
  const context = {
    manifest: { files: Object.fromEntries(hashes) } as StudyManifest,
    store: memoryStore(files),
    encode: encodePng,
    decode: (bytes: Uint8Array, path: string) => {
      decoded++;
      return decodeImage(bytes, path);
    },
  } as unknown as FigureContext;
  const section = { sheets: ['a.png', 'b.png'], side: SIDE, columns: 3, perSheet: 6 };
  const read = tileReader(context, section);
  for (const tile of [0, 1, 4, 5, 6, 11]) {
    const { width, height, data } = await decodeImage(await read(tile), 'tile');
    expect([width, height]).toEqual([SIDE, SIDE]);
    for (let p = 0; p < SIDE * SIDE; p++) expect([...data.subarray(p * 3, p * 3 + 3)]).toEqual(colourOf(tile));
  }
  expect(decoded).toBe(2);
  expect(() => tileReader({ ...context, decode: undefined }, section)).toThrow('needs a decoder');
});
