import { describe, expect, it } from 'vitest';
import { UsageError } from '#src/base/errors.ts';
import { cellRows, pooledRows } from '#src/measures/concepts/data/activation-rows.ts';
import { foldRanges } from '#src/measures/concepts/regress/folds.ts';
import { cutPatches, patchGrid, patchSize, resizeBilinear } from '#src/measures/concepts/report/patches.ts';

describe('patches', () => {
  it('lie where the method has them on 224 pixels (G1)', () => {
    const { size, stride, origins } = patchGrid(224);
    expect([size, stride, origins.length]).toEqual([64, 51, 16]);
    expect(origins.slice(0, 5)).toEqual([
      [0, 0],
      [0, 51],
      [0, 102],
      [0, 153],
      [51, 0],
    ]);
    expect(origins.at(-1)).toEqual([153, 153]);
  });

  it('keep a grid of 4 × 4 at other sizes', () => {
    expect([32, 64, 96].map((side) => [patchSize(side), patchGrid(side).stride])).toEqual([
      [9, 7],
      [18, 14],
      [27, 21],
    ]);
    for (let side = 23; side <= 400; side++) expect(patchGrid(side).origins).toHaveLength(16);
  });

  it('are resized without antialiasing, pixel centres aligned (G2)', () => {
    const data = Float32Array.of(0, 1, 2, 3);
    const { data: out } = resizeBilinear({ channels: 1, height: 2, width: 2, data }, 4, 4);
    expect([...out]).toEqual([0, 0.25, 0.75, 1, 0.5, 0.75, 1.25, 1.5, 1.5, 1.75, 2.25, 2.5, 2, 2.25, 2.75, 3]);
  });

  it('are cut before they are resized', () => {
    const side = 32;
    const data = Float32Array.from({ length: 2 * side * side }, (_, i) => (i * 7919) % 257);
    const grid = patchGrid(side);
    const batch = cutPatches({ channels: 2, height: side, width: side, data }, grid, 20);
    const [y, x] = grid.origins[6]!;
    const patch = Float32Array.from({ length: 2 * 81 }, (_, i) => {
      const [c, row, col] = [Math.floor(i / 81), Math.floor((i % 81) / 9), i % 9];
      return data[(c * side + y + row) * side + x + col]!;
    });
    const alone = resizeBilinear({ channels: 2, height: 9, width: 9, data: patch }, 20, 20);
    expect(batch.subarray(6 * 800, 7 * 800)).toEqual(alone.data);
  });

  it('refuse what does not fit', () => {
    expect(() => patchGrid(32, { size: 40 })).toThrow(
      new UsageError('Patches of 40 pixels do not fit a picture of 32.'),
    );
    expect(() => patchGrid(0)).toThrow(new UsageError('side of the patches must be a whole number above 0; found 0.'));
    const planes = { channels: 1, height: 16, width: 16, data: new Float32Array(256) };
    expect(() => cutPatches(planes, patchGrid(32), 32)).toThrow('The grid cuts pictures of 32×32; found 16×16.');
  });
});

describe('rows of activations', () => {
  const map = { shape: [2, 2, 1, 3], data: Float32Array.from({ length: 12 }, (_, i) => i) };

  it('are means of maps, the first token of sequences, vectors as they are', () => {
    expect([...pooledRows(map).data]).toEqual([1, 4, 7, 10]);
    expect([...pooledRows({ shape: [2, 3, 2], data: map.data }).data]).toEqual([0, 1, 6, 7]);
    expect(pooledRows({ shape: [3, 4], data: map.data })).toEqual({ rows: 3, cols: 4, data: map.data });
    expect(() => pooledRows({ shape: [12], data: map.data })).toThrow(
      'A feature map has four axes (batch, channels, height, width); found 12.',
    );
  });

  it('are cells of maps, image after image', () => {
    expect(cellRows(map)).toEqual({ rows: 6, cols: 2, data: Float32Array.of(0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11) });
  });
});

describe('folds', () => {
  it('are contiguous, the first ones larger (G9)', () => {
    const folds = foldRanges(13, 5);
    expect(folds.map(({ from, to }) => to - from)).toEqual([3, 3, 3, 2, 2]);
    expect(folds.map(({ from }) => from)).toEqual([0, 3, 6, 9, 11]);
    expect(() => foldRanges(3, 5)).toThrow('5 folds need at least 5 images; found 3.');
  });
});
