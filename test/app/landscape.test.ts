import { describe, expect, it } from 'vitest';
import { createRandom } from '#src/statistics/random.ts';
import { type Matrix32, select } from '#src/tensor/matrix.ts';
import { classBranches } from '../../app/src/instruments/classes/landscape/class-branches.ts';
import { imageGroups } from '../../app/src/instruments/representations/landscape/image-groups.ts';
import { landscape } from '../../app/src/kit/compute/landscape.ts';

/** Cosines of unit vectors in two tight groups; item 3 has none. */
function twoGroups(n = 40): Matrix32 {
  const random = createRandom(2);
  const vectors = Array.from({ length: n }, (_, i) => {
    const vector = [i % 2, 1 - (i % 2), 0, 0].map((value) => value + 0.15 * random.normal());
    const norm = Math.hypot(...vector);
    return vector.map((value) => value / norm);
  });
  const data = new Float32Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      data[i * n + j] =
        i === 3 || j === 3 ? Number.NaN : vectors[i]!.reduce((sum, v, k) => sum + v * vectors[j]![k]!, 0);
  return { rows: n, cols: n, data };
}

describe('landscapes', () => {
  it.each(['mds', 'umap'] as const)(
    'by %s keep groups together, leave out what has no similarity, and repeat',
    (method) => {
      const similarity = twoGroups();
      const { data, share } = landscape({ kind: 'landscape', similarity, method });
      expect(data).toHaveLength(80);
      expect([data[6], data[7]]).toEqual([Number.NaN, Number.NaN]);
      const place = (i: number): [number, number] => [data[2 * i]!, data[2 * i + 1]!];
      const apart = (i: number, j: number): number => Math.hypot(place(i)[0] - place(j)[0], place(i)[1] - place(j)[1]);
      const mean = (same: boolean): number => {
        const found: number[] = [];
        for (let i = 0; i < 40; i++)
          for (let j = 0; j < i; j++) if (i !== 3 && j !== 3 && (i % 2 === j % 2) === same) found.push(apart(i, j));
        return found.reduce((a, b) => a + b, 0) / found.length;
      };
      expect(mean(false)).toBeGreaterThan(2 * mean(true));
      expect(landscape({ kind: 'landscape', similarity, method }).data).toEqual(data);
      if (method === 'mds') expect(share).toBeGreaterThan(0.8);
      else expect(share).toBeNull();
    },
  );

  it.each(Array.from({ length: 15 }, (_, k) => k + 3))('of %i items are placed by both methods, each apart', (n) => {
    const all = twoGroups(n + 1);
    const kept = [...Array(n + 1).keys()].filter((i) => i !== 3);
    const similarity = select(all, kept);
    for (const method of ['mds', 'umap'] as const) {
      const { data } = landscape({ kind: 'landscape', similarity, method });
      expect([...data].every(Number.isFinite), method).toBe(true);
      const places = new Set(kept.map((_, i) => `${data[2 * i]},${data[2 * i + 1]}`));
      expect(places.size, method).toBe(n);
    }
  });

  it.each(['mds', 'umap'] as const)('by %s are refused where they would be a line', (method) => {
    const few = (n: number): Matrix32 => select(twoGroups(8), [...Array(n).keys()]);
    expect(() => landscape({ kind: 'landscape', similarity: few(2), method })).toThrow(
      'A landscape needs at least 3 items with similarities; of these 2, 2 have them.',
    );
    // Item 3 has no similarities.
    const similarity = select(twoGroups(8), [3, 4]);
    expect(() => landscape({ kind: 'landscape', similarity, method })).toThrow('of these 2, 1 has them.');
  });

  it('colour classes by the largest branches of WordNet', () => {
    const group = (name: string, start: number, end: number, depth: number) => ({
      name,
      synset: null,
      depth,
      start,
      end,
    });
    const orders = {
      wordnet: {
        order: [4, 3, 2, 1, 0],
        groups: [group('entity', 0, 5, 0), group('animal', 0, 3, 1), group('dog', 0, 2, 2), group('thing', 3, 5, 1)],
      },
    };
    const found = classBranches(orders, 5);
    expect(found.names).toEqual(['dog', 'thing']);
    expect(found.of).toEqual([1, 1, undefined, 0, 0]);
    expect(classBranches({ wordnet: null }, 2)).toEqual({ names: [], of: [undefined, undefined] });
  });

  it('colour images by their most frequent labels', () => {
    const labels = ['cat', 'dog', 'cat', undefined];
    expect(imageGroups(labels)).toEqual({ names: ['cat', 'dog'], of: [0, 1, 0, undefined] });
    const many = Array.from({ length: 20 }, (_, i) => `l${i % 10}`);
    expect(imageGroups(many).names).toHaveLength(8);
  });
});
