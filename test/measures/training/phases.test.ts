import { describe, expect, it } from 'vitest';
import { learningRateChanges } from '#src/measures/training/learning-rate.ts';
import { detectPhases } from '#src/measures/training/phases/detect-phases.ts';
import { fitBrokenLine } from '#src/statistics/broken-line.ts';
import { createRandom } from '#src/statistics/random.ts';

/** A curve sampled at epochs 0 … n − 1 with noise of the given share of its range, which is 0.3. */
function sample(n: number, shape: (t: number) => number, noise: number, seed: number) {
  const random = createRandom(seed);
  const epochs = Array.from({ length: n }, (_, t) => t);
  return { epochs, values: epochs.map((t) => 0.5 + 0.3 * (shape(t) + noise * random.normal())) };
}

/** Surge to `peak`, refinement that falls to `level`, then level. */
const straight = (peak: number, level: number) => (t: number) =>
  t <= peak ? t / peak : t <= level ? 1 - (0.35 * (t - peak)) / (level - peak) : 0.65;
const bent = (peak: number, level: number) => (t: number) =>
  t <= peak ? (1 - Math.exp((-2 * t) / peak)) / (1 - Math.exp(-2)) : straight(peak, level)(t);

const seeds = Array.from({ length: 12 }, (_, k) => k + 1);

describe('detectPhases on curves with all three phases', () => {
  const runs = [
    [8, 25, 41],
    [15, 50, 100],
    [25, 100, 400],
  ] as const;
  const cases = runs.flatMap(([peak, level, n]) =>
    [straight, bent].map((shape) => [n, shape.name, peak, level, shape] as const),
  );
  it.each(cases)('%i epochs, %s: both boundaries within 3 epochs', (n, _, peak, level, shape) => {
    for (const seed of seeds) {
      const { epochs, values } = sample(n, shape(peak, level), 0.01, seed);
      const { shape: found, endOfSurge, startOfStabilisation, endOfDrop } = detectPhases(epochs, values);
      if (endOfSurge.status !== 'found' || startOfStabilisation.status !== 'found')
        throw new Error(JSON.stringify([seed, endOfSurge, startOfStabilisation]));
      const ninety = epochs.find((t) => shape(peak, level)(t) >= 0.9)!;
      expect(Math.abs(endOfSurge.epoch - ninety)).toBeLessThanOrEqual(3);
      expect(Math.abs(startOfStabilisation.epoch - level)).toBeLessThanOrEqual(3);
      expect(endOfSurge.value).toBeCloseTo(0.77, 1);
      expect(endOfSurge.evidence).toContain(`at epoch ${endOfSurge.epoch}`);
      expect([found, endOfDrop.status]).toEqual(['learning', 'none']);
    }
  });

  it('is not led astray by single outliers and gaps', () => {
    for (const seed of seeds) {
      const { epochs, values } = sample(100, straight(15, 50), 0.01, seed);
      const holed: (number | null)[] = values.slice();
      holed[30] = 0.95;
      holed[70] = 0.3;
      holed[40] = null;
      holed[41] = Number.NaN;
      const found = detectPhases(epochs, holed);
      expect(found.outliers).toEqual([30, 70]);
      expect(found.epochs).toHaveLength(98);
      expect(found.endOfSurge).toMatchObject({ status: 'found' });
      expect(Math.abs((found.endOfSurge as { epoch: number }).epoch - 15)).toBeLessThanOrEqual(3);
      expect(Math.abs((found.startOfStabilisation as { epoch: number }).epoch - 50)).toBeLessThanOrEqual(3);
    }
  });

  it('reads epochs, not positions', () => {
    const { epochs, values } = sample(100, straight(15, 50), 0, 1);
    const every5 = epochs.filter((t) => t % 5 === 0);
    const found = detectPhases(
      every5,
      every5.map((t) => values[t]!),
    );
    expect(found.endOfSurge).toMatchObject({ status: 'found', epoch: 15 });
    expect((found.endOfSurge as { evidence: string }).evidence).toContain('to 0.8 at epoch 15');
    expect(found.startOfStabilisation).toMatchObject({ status: 'found', epoch: 50 });
  });

  it('says "not reached" for a run that stops before', () => {
    for (const seed of seeds) {
      const { epochs, values } = sample(18, straight(15, 50), 0.01, seed);
      const early = detectPhases(epochs, values);
      expect([early.endOfSurge.status, early.startOfStabilisation.status]).toEqual(['not reached', 'not reached']);
      const later = sample(48, straight(15, 50), 0.01, seed);
      const middle = detectPhases(later.epochs, later.values);
      expect([middle.endOfSurge.status, middle.startOfStabilisation.status]).toEqual(['found', 'not reached']);
    }
  });
});

describe('detectPhases invents nothing', () => {
  const none = (n: number, shape: (t: number) => number, noise: number, allowed: string[]) => {
    for (const seed of seeds) {
      const { epochs, values } = sample(n, shape, noise, seed);
      const found = detectPhases(epochs, values);
      expect(['none', 'not reached']).toContain(found.endOfSurge.status);
      expect(['none', 'not reached']).toContain(found.startOfStabilisation.status);
      expect(found.endOfDrop.status).not.toBe('found');
      expect(allowed).toContain(found.shape);
      expect((found.endOfSurge as { reason: string }).reason.length).toBeGreaterThan(20);
    }
  };
  it('in monotone curves', () => {
    none(60, (t) => t / 60, 0, ['rising']);
    none(60, (t) => t / 60, 0.03, ['rising']);
    none(200, (t) => Math.log1p(t) / 5.3, 0.02, ['rising']);
    none(60, (t) => -t / 60, 0.03, ['falling']);
  });
  it('in flat curves', () => {
    none(60, () => 0.3, 0, ['none']);
    none(60, (t) => 0.00001 * t, 0.0005, ['none']);
  });
  it('in pure noise', () => {
    for (const n of [20, 60, 400]) none(n, () => 0.3, 1, ['none']);
  });
  it('in eight epochs, or none', () => {
    none(8, straight(3, 5), 0.01, ['none']);
    none(8, () => 0, 1, ['none']);
    none(0, () => 0, 0, ['none']);
    expect(detectPhases([], []).endOfSurge).toEqual({
      status: 'not reached',
      reason: '0 epochs are too few to tell phases; 12 are needed',
    });
  });
});

describe('detectPhases on a network that fails to learn', () => {
  it.each([20, 60, 200])('finds the drop, then the slow growth, in %i epochs', (n) => {
    for (const seed of seeds) {
      const drop = n / 10;
      const shape = (t: number) => (t < drop ? 1 - (0.8 * t) / drop : 0.2 + (0.5 * (t - drop)) / (n - drop));
      const { epochs, values } = sample(n, shape, 0.02, seed);
      const found = detectPhases(epochs, values);
      expect(found.shape).toBe('drop-first');
      if (found.endOfDrop.status !== 'found') throw new Error(found.endOfDrop.reason);
      expect(Math.abs(found.endOfDrop.epoch - drop)).toBeLessThanOrEqual(2);
      expect(found.endOfDrop.evidence).toMatch(/drops from .* and then grows/);
      expect([found.endOfSurge.status, found.startOfStabilisation.status]).toEqual(['none', 'none']);
    }
  });
});

/** A curve through points, straight between them, at epochs 0 … 399 with noise of 0.0004. */
function through(points: readonly (readonly [number, number])[], seed: number) {
  const random = createRandom(seed);
  const epochs = Array.from({ length: 400 }, (_, t) => t);
  const at = (t: number): number => {
    const j = Math.max(
      1,
      points.findIndex(([x]) => x >= t),
    );
    const [[x0, y0], [x1, y1]] = [points[j - 1]!, points[j]!];
    return y0 + ((y1 - y0) * (t - x0)) / (x1 - x0);
  };
  return { epochs, values: epochs.map((t) => at(t) + 0.0004 * random.normal()) };
}

describe('detectPhases tells the courses of the paper apart', () => {
  const found = (points: readonly (readonly [number, number])[], seed: number) => {
    const { epochs, values } = through(points, seed);
    return detectPhases(epochs, values);
  };
  const epochOf = (boundary: { status: string }) => (boundary as { epoch?: number }).epoch ?? Number.NaN;

  it('surge, refinement, stabilisation', () => {
    for (const seed of seeds) {
      const phases = found(
        [
          [0, 0.77],
          [25, 0.84],
          [150, 0.832],
          [399, 0.832],
        ],
        seed,
      );
      expect(phases.shape).toBe('learning');
      expect(Math.abs(epochOf(phases.endOfSurge) - 23)).toBeLessThanOrEqual(1);
      expect(Math.abs(epochOf(phases.startOfStabilisation) - 150)).toBeLessThanOrEqual(10);
    }
  });

  it.each([
    [
      'a gain of which more than half is lost',
      [
        [0, 0.77],
        [6, 0.805],
        [20, 0.785],
        [399, 0.8],
      ],
      6,
      20,
    ],
    [
      'a start discarded in ten epochs and passed in the end',
      [
        [0, 0.77],
        [3, 0.8],
        [10, 0.78],
        [399, 0.81],
      ],
      3,
      10,
    ],
  ] as const)('a discarded start: %s', (_, points, peak, low) => {
    for (const seed of seeds) {
      const phases = found(points, seed);
      expect(phases.shape).toBe('discarded-start');
      expect(Math.abs(epochOf(phases.endOfGain) - peak)).toBeLessThanOrEqual(1);
      expect(Math.abs(epochOf(phases.endOfDrop) - low)).toBeLessThanOrEqual(2);
      expect([phases.endOfSurge.status, phases.startOfStabilisation.status]).toEqual(['none', 'none']);
      expect((phases.endOfGain as { evidence: string }).evidence).toMatch(/gains .* and loses .*%/);
    }
  });

  it('a drop first', () => {
    for (const seed of seeds) {
      const phases = found(
        [
          [0, 0.8],
          [20, 0.78],
          [399, 0.8],
        ],
        seed,
      );
      expect(phases.shape).toBe('drop-first');
      expect(Math.abs(epochOf(phases.endOfDrop) - 20)).toBeLessThanOrEqual(2);
    }
  });

  it('a curve that levels off without falling is stable at once after its surge', () => {
    for (const seed of seeds) {
      const random = createRandom(seed);
      const epochs = Array.from({ length: 400 }, (_, t) => t);
      const values = epochs.map((t) => 0.77 + 0.07 * (1 - Math.exp(-t / 8)) + 0.0004 * random.normal());
      const phases = detectPhases(epochs, values);
      expect(phases.shape).toBe('learning');
      expect(Math.abs(epochOf(phases.endOfSurge) - 19)).toBeLessThanOrEqual(3);
      expect(epochOf(phases.startOfStabilisation)).toBe(epochOf(phases.endOfSurge));
    }
  });

  it('a surge that is over long before the curve is level leaves a refinement between', () => {
    for (const seed of seeds) {
      const phases = found(
        [
          [0, 0.77],
          [5, 0.835],
          [60, 0.842],
          [399, 0.842],
        ],
        seed,
      );
      expect(phases.shape).toBe('learning');
      expect(epochOf(phases.endOfSurge)).toBeLessThanOrEqual(6);
      expect(Math.abs(epochOf(phases.startOfStabilisation) - 60)).toBeLessThanOrEqual(8);
    }
  });

  it('a curve that never leaves its chance level has no phase, whatever its course', () => {
    const { epochs, values } = through(
      [
        [0, 0.77],
        [25, 0.84],
        [150, 0.832],
        [399, 0.832],
      ],
      1,
    );
    const z = epochs.map((t) => Math.sin(t));
    const phases = detectPhases(epochs, values, { z });
    expect(phases.shape).toBe('none');
    expect(phases.endOfSurge).toEqual({
      status: 'none',
      reason: 'the curve never lies 3 deviations above its chance level for 3 epochs running; the most is 1',
    });
    expect(detectPhases(epochs, values, { z: epochs.map((t) => (t === 9 || t === 11 ? 5 : 0)) }).shape).toBe('none');
    expect(detectPhases(epochs, values, { z: epochs.map((t) => (t > 8 && t < 12 ? 5 : 0)) }).shape).toBe('learning');
  });
});

describe('fitBrokenLine', () => {
  it('finds the knees of a clean line exactly', () => {
    const x = Array.from({ length: 50 }, (_, i) => 2 * i);
    const { segments, fitted, noise } = fitBrokenLine(
      x,
      x.map((t) => straight(20, 60)(t)),
    );
    expect(segments.map(({ fromX, toX }) => [fromX, toX])).toEqual([
      [0, 20],
      [20, 60],
      [60, 98],
    ]);
    expect(segments[0]!.slope).toBeCloseTo(0.05, 6);
    expect(segments[2]!.slope).toBeCloseTo(0, 6);
    expect(fitted[10]).toBeCloseTo(1, 6);
    expect(noise).toBeLessThan(1e-4);
  });

  it('names what it cannot fit', () => {
    expect(() => fitBrokenLine([0, 1], [1, 2])).toThrow('at least 3 points');
    expect(() => fitBrokenLine([0, 1, 1], [1, 2, 3])).toThrow('x must ascend');
    expect(() => fitBrokenLine([0, 1, 2], [1, 2])).toThrow('one y for each x');
  });
});

describe('learningRateChanges', () => {
  it('marks epochs whose rate differs more than twofold from the one before', () => {
    const epochs = [0, 1, 2, 3, 4, 5, 6];
    expect(learningRateChanges(epochs, [null, 0.1, 0.2, null, 0.09, 0.01, 0.03])).toEqual([
      { epoch: 4, from: 0.2, to: 0.09 },
      { epoch: 5, from: 0.09, to: 0.01 },
      { epoch: 6, from: 0.01, to: 0.03 },
    ]);
  });
});
