import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { alignmentByCut } from '#src/measures/class-similarity/levels/level-alignment.ts';
import { prepareSimilarity } from '#src/measures/class-similarity/prepared-similarity.ts';

interface Range {
  low: number;
  high: number;
  sd: number;
}

/** Made by make-level-alignment.py with NumPy and SciPy. */
const golden = JSON.parse(readFileSync(new URL('../../golden/level-alignment.json', import.meta.url), 'utf8')) as {
  classes: number;
  network: number[];
  reference: number[];
  cuts: {
    branchOf: number[];
    split: number;
    beyond: number;
    soFar: number;
    interval: { split: Range; beyond: Range };
  }[];
};

const prepared = (data: number[]) =>
  prepareSimilarity({ rows: golden.classes, cols: golden.classes, data: Float64Array.from(data) });
const cuts = golden.cuts.map(({ branchOf }, i) => ({
  kind: 'level' as const,
  name: `level ${i + 1}`,
  branchOf: Int32Array.from(branchOf),
  branches: Array.from({ length: Math.max(...branchOf) + 1 }, (_, branch) => `b${branch}`),
}));
const align = (resamples: number, seed = 0) =>
  alignmentByCut(prepared(golden.network), prepared(golden.reference), cuts, { resamples, seed });

describe('alignment by cuts of a tree, against NumPy and SciPy', () => {
  it('is ρ with the cut, the partial ρ beyond it, and ρ with the number of shared levels', () => {
    for (const [i, found] of align(0).entries()) {
      const { split, beyond, soFar } = golden.cuts[i]!;
      expect(found.split).toBeCloseTo(split, 10);
      expect(found.beyond).toBeCloseTo(beyond, 10);
      expect(found.soFar).toBeCloseTo(soFar, 10);
      expect(found).not.toHaveProperty('interval');
    }
  });

  it('has basic intervals of resampled classes, and tells of how many resamples', () => {
    for (const [i, { interval }] of align(4000).entries()) {
      expect(interval!.resamples).toBe(4000);
      for (const which of ['split', 'beyond'] as const) {
        const { low, high, sd } = golden.cuts[i]!.interval[which];
        // The quantiles of 4,000 draws are known to 0.04 standard deviations, those of 20,000 to 0.02.
        expect(Math.abs(interval![which]!.low - low) / sd, `low of ${which}`).toBeLessThan(0.17);
        expect(Math.abs(interval![which]!.high - high) / sd, `high of ${which}`).toBeLessThan(0.17);
      }
    }
  });
});
