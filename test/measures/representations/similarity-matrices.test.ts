import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { FormatError, IncomparableError, UnsupportedError, UsageError } from '#src/base/errors.ts';
import { centre, featureMean, subtractMean } from '#src/measures/representations/comparison/centring.ts';
import { cka, hsicOf } from '#src/measures/representations/comparison/cka.ts';
import { jensenShannonMatrix } from '#src/measures/representations/comparison/output-similarity.ts';
import { type FeatureMaps, featureMaps } from '#src/measures/representations/feature-maps.ts';
import { matchTile } from '#src/measures/representations/matching/match-tile.ts';
import { MATCHING_METHODS } from '#src/measures/representations/matching/matching-methods.ts';
import { pairsInTile, planTiles } from '#src/measures/representations/matching/tiles.ts';
import { type InnerProducts, kernelMatrix, rbfSigma } from '#src/measures/representations/similarity-kernels.ts';
import { similarityMatrices } from '#src/measures/representations/similarity-matrices.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix64 } from '#src/tensor/matrix.ts';

const golden = JSON.parse(readFileSync(new URL('../../golden/representations.json', import.meta.url), 'utf8'));
const goldenMaps = featureMaps({ shape: [5, 7, 4], data: Float64Array.from(golden.features.flat(2)) });

function expectMatrix(found: Matrix64, expected: number[][], digits = 9): void {
  expect(found.rows).toBe(expected.length);
  expect(found.cols).toBe(expected[0]!.length);
  expected.flat().forEach((value, k) => {
    expect(Math.abs(found.data[k]! - value)).toBeLessThanOrEqual(10 ** -digits);
  });
}

function matrix(rows: number[][]): Matrix64 {
  return { rows: rows.length, cols: rows[0]!.length, data: Float64Array.from(rows.flat()) };
}

/** Non-negative maps with structure: a few concepts spread over positions. */
function randomMaps(images: number, positions: number, channels: number, seed: number, single = false): FeatureMaps {
  const random = createRandom(seed);
  const data = new (single ? Float32Array : Float64Array)(images * positions * channels);
  for (let i = 0; i < data.length; i++) data[i] = Math.max(0, random.normal());
  return featureMaps({ shape: [images, positions, channels], data });
}

describe('the golden similarity matrices', () => {
  test.each(['linear', 'cosine', 'rbf'] as const)('%s, matched optimally and not at all, to 1e-9', async (kernel) => {
    const { semantic, spatial } = await similarityMatrices(goldenMaps);
    expectMatrix(kernelMatrix(semantic, kernel).matrix, golden.optimal[kernel]);
    expectMatrix(kernelMatrix(spatial!, kernel).matrix, golden.none[kernel]);
    const { semantic: unmatched } = await similarityMatrices(goldenMaps, goldenMaps, { method: 'none' });
    expectMatrix(kernelMatrix(unmatched, kernel).matrix, golden.none[kernel]);
  });

  it('σ by the rule of the code', async () => {
    const { semantic, spatial } = await similarityMatrices(goldenMaps);
    expect(Math.abs(kernelMatrix(semantic, 'rbf').sigma! - golden.optimal.sigma)).toBeLessThan(1e-9);
    expect(Math.abs(kernelMatrix(spatial!, 'rbf').sigma! - golden.none.sigma)).toBeLessThan(1e-9);
  });

  it('linear in batches of 3, whatever the tile size', async () => {
    for (const tileSize of [1, 2, 64]) {
      const options = { method: 'batch-optimal', batchSize: 3, tileSize } as const;
      const { semantic } = await similarityMatrices(goldenMaps, goldenMaps, options);
      expectMatrix(semantic.linear, golden.batchOptimal3.linear);
    }
  });

  it('CKA, biased and unbiased, and HSIC₁', async () => {
    const k = matrix(golden.optimal.linear);
    const l = matrix(golden.none.linear);
    expect(cka(k, l).value).toBeCloseTo(golden.cka_optimal_none, 10);
    const unbiased = cka(k, l, { estimator: 'unbiased' });
    expect(unbiased.value).toBeCloseTo(golden.cka_unbiased_optimal_none, 10);
    expect(unbiased.hsic.kk).toBeCloseTo(golden.hsic1.kk, 10);
    expect(unbiased.hsic.kl).toBeCloseTo(golden.hsic1.kl, 10);
    expect(hsicOf(l, l, 'unbiased')).toBeCloseTo(golden.hsic1.ll, 10);
  });

  it('Jensen–Shannon divergence', () => {
    expectMatrix(jensenShannonMatrix(matrix(golden.probabilities)), golden.jsd_nats);
  });
});

describe('one matching for all kernels', () => {
  const maps = randomMaps(6, 16, 5, 1);

  it('is never below the unmatched similarity, linear or cosine', async () => {
    const { semantic, spatial } = await similarityMatrices(maps);
    for (const kernel of ['linear', 'cosine'] as const) {
      const matched = kernelMatrix(semantic, kernel).matrix.data;
      kernelMatrix(spatial!, kernel).matrix.data.forEach((value, k) => {
        expect(matched[k]!).toBeGreaterThanOrEqual(value - 1e-12);
      });
    }
  });

  it('raises RBF similarity where σ is the same', async () => {
    const { semantic, spatial } = await similarityMatrices(maps);
    const matched = kernelMatrix(semantic, 'rbf', { sigma: 3 }).matrix.data;
    kernelMatrix(spatial!, 'rbf', { sigma: 3 }).matrix.data.forEach((value, k) => {
      expect(matched[k]!).toBeGreaterThanOrEqual(value - 1e-12);
    });
  });

  it('does not see permutations of positions, nor a rotation of the channels', async () => {
    const random = createRandom(9);
    const moved = { ...maps, data: maps.data.slice() };
    for (let i = 0; i < maps.images; i++) {
      random.permutation(16).forEach((from, to) => {
        for (let c = 0; c < 5; c++) moved.data[(i * 16 + to) * 5 + c] = maps.data[(i * 16 + from) * 5 + c]!;
      });
    }
    const angle = 0.7;
    for (let at = 0; at < moved.data.length; at += 5) {
      const [a, b] = [moved.data[at]!, moved.data[at + 1]!];
      moved.data[at] = Math.cos(angle) * a - Math.sin(angle) * b;
      moved.data[at + 1] = Math.sin(angle) * a + Math.cos(angle) * b;
    }
    const expected = (await similarityMatrices(maps)).semantic.linear.data;
    (await similarityMatrices(moved)).semantic.linear.data.forEach((value, k) => {
      expect(value).toBeCloseTo(expected[k]!, 9);
    });
  });

  it('matches identical permutations before and after centring by channel', async () => {
    const mean = featureMean(maps, 'channel');
    const plain = await similarityMatrices(maps);
    const centred = await similarityMatrices(subtractMean(maps, mean));
    // ⟨v − μ, w − μ⟩ summed over a matching differs by terms of the images alone.
    const sums = Float64Array.from({ length: 6 }, (_, i) => {
      let sum = 0;
      for (let s = 0; s < 16; s++)
        for (let c = 0; c < 5; c++) sum += maps.data[(i * 16 + s) * 5 + c]! * mean.values[c]!;
      return sum;
    });
    const constant = 16 * mean.values.reduce((sum, value) => sum + value * value, 0);
    plain.semantic.linear.data.forEach((value, k) => {
      const expected = value - sums[Math.floor(k / 6)]! - sums[k % 6]! + constant;
      expect(centred.semantic.linear.data[k]!).toBeCloseTo(expected, 9);
    });
  });

  it('lets approximate methods come no higher', async () => {
    const best = (await similarityMatrices(maps)).semantic.linear.data;
    for (const method of MATCHING_METHODS) {
      const { semantic } = await similarityMatrices(maps, maps, { method, batchSize: 6, topk: 6 });
      semantic.linear.data.forEach((value, k) => {
        expect(value).toBeLessThanOrEqual(best[k]! + 1e-12);
      });
    }
  });

  it('gives the same in 32 bits up to rounding', async () => {
    const single = { ...maps, data: Float32Array.from(maps.data) };
    const expected = (await similarityMatrices(maps)).semantic.linear.data;
    for (const tier of ['simd', 'plain'] as const) {
      const { semantic } = await similarityMatrices(single, single, { tier });
      semantic.linear.data.forEach((value, k) => {
        expect(Math.abs(value / expected[k]! - 1)).toBeLessThan(1e-6);
      });
    }
  });
});

describe('two sets of images', () => {
  it('are compared pair by pair, not mirrored', async () => {
    const x = randomMaps(4, 9, 3, 2);
    const y = randomMaps(7, 9, 3, 3);
    const both = await similarityMatrices(x, y, { tileSize: 3 });
    const turned = await similarityMatrices(y, x);
    expect(both.semantic.linear).toMatchObject({ rows: 4, cols: 7 });
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < 7; j++)
        expect(both.semantic.linear.data[i * 7 + j]!).toBeCloseTo(turned.semantic.linear.data[j * 4 + i]!, 10);
  });

  it('may have different extents, and then have no spatial similarity', async () => {
    const x = randomMaps(2, 9, 3, 2);
    const y = randomMaps(3, 16, 3, 3);
    for (const method of ['optimal', 'batch-optimal', 'greedy', 'topk-greedy'] as const) {
      const { semantic, spatial } = await similarityMatrices(x, y, { method, batchSize: 4, topk: 4 });
      expect(spatial).toBeNull();
      expect(Math.min(...semantic.linear.data)).toBeGreaterThan(0);
    }
    await expect(similarityMatrices(x, y, { method: 'none' })).rejects.toThrow(IncomparableError);
  });

  it('must have the same channels', async () => {
    await expect(similarityMatrices(randomMaps(2, 9, 3, 1), randomMaps(2, 9, 4, 1))).rejects.toThrow(
      '3 channels in one set and 4',
    );
  });
});

describe('tiles', () => {
  it('cover every pair once, and of a set with itself every pair below the diagonal', () => {
    const seen = new Set<string>();
    for (const tile of planTiles(10, 7, false, 4))
      for (let i = tile.rowStart; i < tile.rowEnd; i++)
        for (let j = tile.columnStart; j < tile.columnEnd; j++) seen.add(`${i},${j}`);
    expect(seen.size).toBe(70);
    const symmetric = planTiles(10, 10, true, 4).reduce((sum, tile) => sum + pairsInTile(tile, true), 0);
    expect(symmetric).toBe(45);
  });

  it('do not change a bit of the result', async () => {
    const maps = randomMaps(9, 12, 6, 5, true);
    const whole = await similarityMatrices(maps);
    for (const tileSize of [1, 4]) {
      const tiled = await similarityMatrices(maps, maps, { tileSize });
      expect(tiled.semantic.linear.data).toEqual(whole.semantic.linear.data);
      expect(tiled.spatial!.linear.data).toEqual(whole.spatial!.linear.data);
    }
  });

  it('can use products from elsewhere', async () => {
    const maps = randomMaps(4, 6, 3, 5, true);
    let calls = 0;
    const { semantic } = await matchTile(maps, maps, {
      rowProducts: async (x, y) => {
        calls++;
        const data = new Float32Array(x.rows * y.rows);
        for (let i = 0; i < x.rows; i++)
          for (let j = 0; j < y.rows; j++)
            for (let k = 0; k < x.cols; k++) data[i * y.rows + j]! += x.data[i * x.cols + k]! * y.data[j * x.cols + k]!;
        return { rows: x.rows, cols: y.rows, data };
      },
    });
    expect(calls).toBeGreaterThan(0);
    expect(semantic).toHaveLength(16);
  });

  it('report progress in pairs and stop when asked', async () => {
    const maps = randomMaps(6, 4, 3, 5);
    const seen: number[] = [];
    await similarityMatrices(maps, maps, {
      tileSize: 2,
      onProgress: ({ done, total, unit }) => {
        expect({ total, unit }).toEqual({ total: 15, unit: 'pairs' });
        seen.push(done);
      },
    });
    expect(seen.at(-1)).toBe(15);
    const controller = new AbortController();
    const run = similarityMatrices(maps, maps, {
      tileSize: 2,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(run).rejects.toThrow(/abort/i);
  });
});

describe('the RBF width', () => {
  it('is the lower median of the distances that are not 0', () => {
    expect(rbfSigma(Float64Array.of(0, 9, 0, 4, 16, 25), 'code')).toBeCloseTo(3 + 1e-3, 12);
    expect(rbfSigma(Float64Array.of(0, 9, 0, 4, 16, 25), 'literal')).toBeCloseTo(Math.sqrt(3), 12);
    expect(rbfSigma(Float64Array.of(4, 16, 25), 'code')).toBeCloseTo(4 + 1e-3, 12);
    expect(rbfSigma(Float64Array.of(0, 0), 'code')).toBeNull();
  });

  it('can be one per tile', () => {
    const linear = matrix([
      [1, 0, 0, 0],
      [0, 4, 0, 0],
      [0, 0, 9, 0],
      [0, 0, 0, 16],
    ]);
    const squares = Float64Array.of(1, 4, 9, 16);
    const products: InnerProducts = { linear, rowSquares: squares, columnSquares: squares, symmetric: true };
    const { matrix: tiled, sigma } = kernelMatrix(products, 'rbf', { scope: 'tile', tileSize: 2 });
    expect(sigma).toBeUndefined();
    // Each tile on the diagonal has one pair, whose distance is the median: e^(−½ d²/(d + 0.001)²).
    expect(tiled.data[1]).toBeCloseTo(Math.exp((-0.5 * 5) / (Math.sqrt(5) + 1e-3) ** 2), 12);
    expect(tiled.data[11]).toBeCloseTo(Math.exp((-0.5 * 25) / (5 + 1e-3) ** 2), 12);
    expect(tiled.data[0]).toBe(1);
    // Distances of the lower left tile: 10, 13, 17, 20.
    expect(tiled.data[8]).toBeCloseTo(Math.exp((-0.5 * 10) / (Math.sqrt(13) + 1e-3) ** 2), 12);
  });

  it('gives 1 everywhere where all maps are equal', () => {
    const linear = matrix([
      [4, 4],
      [4, 4],
    ]);
    const squares = Float64Array.of(4, 4);
    const products: InnerProducts = { linear, rowSquares: squares, columnSquares: squares, symmetric: true };
    expect(kernelMatrix(products, 'rbf')).toMatchObject({ sigma: null, matrix: { data: Float64Array.of(1, 1, 1, 1) } });
  });

  it('refuses a width that is none, and unknown kernels', () => {
    const squares = Float64Array.of(1);
    const products = { linear: matrix([[1]]), rowSquares: squares, columnSquares: squares, symmetric: true };
    expect(() => kernelMatrix(products, 'rbf', { sigma: 0 })).toThrow(UsageError);
    expect(() => kernelMatrix(products, 'gauss' as never)).toThrow('no similarity kernel');
  });
});

describe('feature maps', () => {
  it('come out position by position from every layout', () => {
    const nchw = featureMaps({ shape: [1, 2, 2, 3], data: Float32Array.from({ length: 12 }, (_, k) => k) });
    expect(nchw).toMatchObject({ images: 1, positions: 6, channels: 2, extent: { height: 2, width: 3 } });
    expect([...nchw.data]).toEqual([0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11]);
    const nhwc = featureMaps({ shape: [1, 2, 3, 2], data: nchw.data }, { layout: 'nhwc' });
    expect(nhwc).toMatchObject({ positions: 6, channels: 2, extent: { height: 2, width: 3 } });
    expect([...nhwc.data]).toEqual([...nchw.data]);
  });

  it('leave out leading tokens when asked', () => {
    const data = Float32Array.from({ length: 2 * 5 * 1 }, (_, k) => k);
    const maps = featureMaps({ shape: [2, 5, 1], data }, { dropTokens: 1, extent: { height: 2, width: 2 } });
    expect(maps).toMatchObject({ positions: 4, extent: { height: 2, width: 2 } });
    expect([...maps.data]).toEqual([1, 2, 3, 4, 6, 7, 8, 9]);
    // Four are a square as well, but nobody said that they form one.
    expect(featureMaps({ shape: [2, 5, 1], data }, { dropTokens: 1 }).extent).toBeUndefined();
    const wrong = { dropTokens: 1, extent: { height: 2, width: 3 } };
    expect(() => featureMaps({ shape: [2, 5, 1], data }, wrong)).toThrow(UsageError);
    expect(() => featureMaps({ shape: [2, 5, 1], data }, { dropTokens: 5 })).toThrow(UsageError);
  });

  it('name image and layer of a value that is not finite', () => {
    const data = new Float32Array(2 * 3 * 2);
    data[8] = Number.NaN;
    const make = () => featureMaps({ shape: [2, 3, 2], data }, { layer: 'conv5', names: ['a.png', 'b.png'] });
    expect(make).toThrow(FormatError);
    expect(make).toThrow('Image 1 ("b.png") of layer "conv5" contains NaN');
  });

  it('name an image whose values overflow', async () => {
    const data = new Float32Array(2 * 3 * 2);
    data[8] = 1e30;
    const maps = featureMaps({ shape: [2, 3, 2], data }, { layer: 'conv5' });
    await expect(similarityMatrices(maps)).rejects.toThrow('Image 1 of layer "conv5"');
  });

  it('need positions', () => {
    expect(() => featureMaps({ shape: [2, 3], data: new Float32Array(6) })).toThrow(UnsupportedError);
  });

  it('may be zero: similar to nothing', async () => {
    const data = Float64Array.from({ length: 3 * 2 * 2 }, (_, k) => (k < 4 ? 0 : k));
    const { semantic } = await similarityMatrices(featureMaps({ shape: [3, 2, 2], data }));
    expect([...kernelMatrix(semantic, 'cosine').matrix.data.subarray(0, 3)]).toEqual([0, 0, 0]);
    expect(kernelMatrix(semantic, 'cosine').matrix.data[4]).toBe(1);
  });

  it('are centred by channel or by position', () => {
    const maps = featureMaps({ shape: [2, 2, 1], data: Float64Array.of(1, 2, 3, 6) });
    expect([...centre(maps, 'none').data]).toEqual([1, 2, 3, 6]);
    expect([...centre(maps, 'channel').data]).toEqual([-2, -1, 0, 3]);
    expect([...centre(maps, 'position').data]).toEqual([-1, -2, 1, 2]);
    expect([...maps.data]).toEqual([1, 2, 3, 6]);
    expect(() => subtractMean(randomMaps(1, 3, 1, 1), featureMean(maps, 'position'))).toThrow(IncomparableError);
  });
});
