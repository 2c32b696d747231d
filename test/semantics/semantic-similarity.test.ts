import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '#src/base/errors.ts';
import { labelSet } from '#src/semantics/label-sets/label-sets.ts';
import { leacockChodorow } from '#src/semantics/leacock-chodorow.ts';
import { loadWordNet } from '#src/semantics/load-wordnet.ts';
import { pathSimilarity } from '#src/semantics/path-similarity.ts';
import {
  SEMANTIC_MEASURES,
  semanticSimilarityMatrix,
  semanticSimilarityRows,
} from '#src/semantics/semantic-similarity.ts';
import { shortestPathDistance, shortestPathDistances } from '#src/semantics/shortest-paths.ts';
import { synsetById, wnidOf } from '#src/semantics/wordnet.ts';
import { wuPalmer, wuPalmerNltk } from '#src/semantics/wu-palmer.ts';
import { upperTriangle } from '#src/tensor/matrix.ts';

const golden = JSON.parse(readFileSync(new URL('../golden/wordnet-similarity.json', import.meta.url), 'utf8'));
const wordnet = await loadWordNet();
const imagenet = labelSet('imagenet-1k').classes.map(({ synset }) => synset!);

describe('all pairs of ImageNet-1k', () => {
  const distances = shortestPathDistances(wordnet, imagenet);

  it("has NLTK's 499,500 shortest-path lengths, byte for byte", () => {
    const triangle = upperTriangle({ rows: 1000, cols: 1000, data: Float64Array.from(distances) });
    const counts: Record<string, number> = {};
    for (const distance of triangle) counts[distance] = (counts[distance] ?? 0) + 1;
    expect(counts).toEqual(golden.wncsm.distances.counts);
    const hash = createHash('sha256').update(Uint8Array.from(triangle)).digest('hex');
    expect(hash).toBe(golden.wncsm.distances.sha256);
  });

  it('is symmetric with a diagonal of zeros', () => {
    for (let i = 0; i < 1000; i += 37) {
      expect(distances[i * 1000 + i]).toBe(0);
      for (let j = 0; j < 1000; j++) expect(distances[i * 1000 + j]).toBe(distances[j * 1000 + i]);
    }
  });

  it('has the means of NLTK under path, Leacock–Chodorow and Wu–Palmer', () => {
    const mean = (measure: (typeof SEMANTIC_MEASURES)[number]): number => {
      const values = upperTriangle(semanticSimilarityMatrix(wordnet, imagenet, { measure }));
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    };
    expect(mean('path')).toBeCloseTo(golden.wncsm.path.mean, 10);
    expect(mean('lch')).toBeCloseTo(golden.wncsm.lch_mean, 10);
    expect(mean('wup-nltk')).toBeCloseTo(golden.wncsm.wup_mean, 10);
  });
});

describe('single pairs', () => {
  it.each(golden.pairs as { a: string; b: string; path: number; wup: number; lch: number }[])(
    '$a – $b agree with NLTK to 1e-12',
    ({ a, b, path, wup, lch }) => {
      const [left, right] = [synsetById(wordnet, a), synsetById(wordnet, b)];
      expect(Math.abs(pathSimilarity(wordnet, left, right) - path)).toBeLessThan(1e-12);
      expect(Math.abs(leacockChodorow(wordnet, left, right) - lch)).toBeLessThan(1e-12);
      expect(Math.abs(wuPalmerNltk(wordnet, left, right) - wup)).toBeLessThan(1e-12);
    },
  );

  it('tells the two readings of Wu–Palmer apart', () => {
    const golden = synsetById(wordnet, 'n02099601');
    const labrador = synsetById(wordnet, 'n02099712');
    expect(wuPalmer(wordnet, golden, labrador)).toBeCloseTo(17 / 18, 12);
    expect(wuPalmerNltk(wordnet, golden, labrador)).toBeCloseTo(13 / 18, 12);
  });

  it('are 1 for a synset with itself, symmetric, and no longer than the way through entity', () => {
    const synset = fc.integer({ min: 0, max: wordnet.synsetCount - 1 });
    fc.assert(
      fc.property(synset, synset, (a, b) => {
        expect(pathSimilarity(wordnet, a, a)).toBe(1);
        expect(wuPalmer(wordnet, a, a)).toBe(1);
        expect(shortestPathDistance(wordnet, a, b)).toBe(shortestPathDistance(wordnet, b, a));
        expect(wuPalmer(wordnet, a, b)).toBe(wuPalmer(wordnet, b, a));
        expect(wuPalmerNltk(wordnet, a, b)).toBeGreaterThan(0);
        const viaRoot = shortestPathDistance(wordnet, a, 0) + shortestPathDistance(wordnet, 0, b);
        expect(shortestPathDistance(wordnet, a, b)).toBeLessThanOrEqual(viaRoot);
      }),
      { numRuns: 200, seed: 5 },
    );
  });
});

describe('the matrix', () => {
  const classes = ['n02084071', 'n02121620', 'n02958343', 'n02084071'];

  it.each(SEMANTIC_MEASURES)('under %s is symmetric and equals the rows and the pairs', (measure) => {
    const matrix = semanticSimilarityMatrix(wordnet, classes, { measure });
    const pair = { path: pathSimilarity, lch: leacockChodorow, wup: wuPalmer, 'wup-nltk': wuPalmerNltk }[measure];
    const fill = semanticSimilarityRows(wordnet, classes, { measure });
    const row = new Float64Array(4);
    for (let i = 0; i < 4; i++) {
      fill(i, 0, row);
      for (let j = 0; j < 4; j++) {
        const value = matrix.data[i * 4 + j]!;
        expect(value).toBe(matrix.data[j * 4 + i]);
        expect(value).toBe(row[j]);
        expect(value).toBe(pair(wordnet, synsetById(wordnet, classes[i]!), synsetById(wordnet, classes[j]!)));
      }
    }
    expect(matrix.data[3]).toBe(matrix.data[0]);
  });

  it('names an unknown id and an unknown measure', () => {
    expect(() => semanticSimilarityMatrix(wordnet, ['n00000000'])).toThrow(UsageError);
    const measure = 'jcn' as 'path';
    expect(() => semanticSimilarityMatrix(wordnet, classes, { measure })).toThrow(/"jcn"/);
  });

  it('agrees with a plain walk up the graph on random synsets', () => {
    const plain = (a: number, b: number): number => {
      const up = (synset: number): Map<number, number> => {
        const found = new Map([[synset, 0]]);
        for (const [from, steps] of found) {
          const { hypernymStart, hypernyms } = wordnet;
          for (const above of hypernyms.subarray(hypernymStart[from]!, hypernymStart[from + 1]!))
            if (!found.has(above)) found.set(above, steps + 1);
        }
        return found;
      };
      const right = up(b);
      return Math.min(...[...up(a)].map(([synset, steps]) => steps + (right.get(synset) ?? 1000)));
    };
    const list = fc.array(fc.integer({ min: 0, max: wordnet.synsetCount - 1 }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(list, (synsets) => {
        const distances = shortestPathDistances(
          wordnet,
          synsets.map((synset) => wnidOf(wordnet, synset)),
        );
        const count = synsets.length;
        for (let i = 0; i < count; i++)
          for (let j = 0; j < count; j++) expect(distances[i * count + j]).toBe(plain(synsets[i]!, synsets[j]!));
      }),
      { numRuns: 60, seed: 11 },
    );
  });
});
