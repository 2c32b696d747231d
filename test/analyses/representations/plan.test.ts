import { describe, expect, it } from 'vitest';
import type { Layer } from '#src/activations/model/layer.ts';
import { chooseLayers, passedOverNotes } from '#src/analyses/representations/features/choose-layers.ts';
import { plainOptions } from '#src/analyses/representations/option-table.ts';
import { planRepresentations } from '#src/analyses/representations/plan/plan-representations.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { UsageError } from '#src/base/errors.ts';
import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import { createRandom } from '#src/statistics/random.ts';

function mapLayer(name: string, side: number, channels = 8): Layer {
  return {
    name,
    op: 'Relu',
    isOutput: false,
    shape: [1, channels, side, side],
    kind: 'map',
    positions: side * side,
    channels,
    layout: 'nchw',
    extent: { height: side, width: side },
    leadingTokens: 0,
    layoutAssumed: false,
    isScore: false,
  };
}

const choose = (layers: Layer[], depth: number, asked?: string[]) =>
  chooseLayers(layers, asked, { depth, logits: null, file: 'model.onnx' });
const names = (layers: readonly Layer[]): string[] => layers.map(({ name }) => name);

describe('layers by depth', () => {
  const sides = [112, 112, 56, 56, 32, 28, 14, 7];
  const layers = sides.map((side, i) => mapLayer(`l${i}`, side));

  it('are of at most 1,024 positions, and those passed over are named', () => {
    for (const depth of [1, 2, 3, 5, 8, 20]) {
      const { layers: taken, passedOver } = choose(layers, depth);
      expect(Math.max(...taken.map(({ positions }) => positions)), `depth ${depth}`).toBeLessThanOrEqual(1024);
      expect(taken.at(-1)!.name).toBe('l7');
      for (const note of passedOverNotes(passedOver)) expect(note).toMatch(/^Passed over l[0-3]: (12,544|3,136) pos/);
      if (depth >= 3) expect(names(passedOver)).toContain('l0');
    }
    expect(names(choose(layers, 20).layers)).toEqual(['l4', 'l5', 'l6', 'l7']);
    expect(names(choose(layers, 20).passedOver)).toEqual(['l0', 'l1', 'l2', 'l3']);
  });

  it('are those with the fewest positions where all have more, but never 112×112', () => {
    const large = [mapLayer('a', 112), mapLayer('b', 56), mapLayer('c', 112)];
    expect(names(choose(large, 3).layers)).toEqual(['b']);
    expect(names(choose(large, 1).layers)).toEqual(['b']);
    expect(names(choose(large, 1).passedOver)).toEqual(['c']);
    const huge = [mapLayer('a', 224), mapLayer('b', 112)];
    expect(() => choose(huge, 1)).toThrow(UsageError);
    expect(() => choose(huge, 4)).toThrow('model.onnx: its layers have 12,544 positions and more');
  });

  it('named on purpose are taken whatever their size', () => {
    expect(names(choose(layers, 1, ['l0']).layers)).toEqual(['l0']);
    expect(choose(layers, 1, ['l0']).passedOver).toEqual([]);
  });

  it('count the patches of tokens only', () => {
    const tokens: Layer = { ...mapLayer('t', 32), kind: 'tokens', positions: 1029, leadingTokens: 5, layout: 'ntd' };
    expect(names(choose([mapLayer('m', 14), tokens], 1).layers)).toEqual(['t']);
  });
});

describe('the plan', () => {
  const random = createRandom(3);
  const features = (images: number, positions: number, channels: number) => {
    const data = Float32Array.from({ length: images * positions * channels }, () => random.normal());
    return { source: memorySource('f.npy', encodeNpy(data, [images, positions, channels])), tokens: 0 };
  };
  const plan = (images: number, positions: number, options = {}) =>
    planRepresentations([features(images, positions, 4)], [], options, {}, 2);

  it('counts layers, pairs and bytes', async () => {
    const found = await plan(40, 9);
    expect(found).toMatchObject({ images: 40, pairs: 780, shorter: [], memory: { cap: 2 * 2 ** 30 } });
    expect(found.layers).toEqual([{ model: 'f', layer: 'array', positions: 9, channels: 4 }]);
    const { kernels } = plainOptions({});
    const size = 40 * 9 * 4 * 4;
    expect(found.disk).toEqual({ work: size + 780 * 16, study: kernels.length * 2 * 4 * 1600 + size });
    expect(found.seconds).toBeCloseTo(
      found.steps.reduce((sum, { seconds }) => sum + seconds, 0),
      9,
    );
    for (const { seconds } of found.steps) expect(seconds).toBeGreaterThan(0);
  });

  it('grows with the square of the images, and says what makes it smaller where it is too large', async () => {
    const found = await plan(20_000, 1);
    expect(found.pairs).toBe(199_990_000);
    expect(found.memory.needed).toBeGreaterThan(found.memory.cap!);
    const flags = found.shorter.map((way) => way.flags);
    expect(flags).toContainEqual(expect.stringMatching(/^--max-memory \d+G$/));
    // A file of features is taken whole: a part of it cannot be offered.
    expect(flags.join()).not.toContain('--sample');
    const images = Array.from({ length: 20_000 }, (_, i) => ({ name: `${i}.png`, load: () => Promise.reject() }));
    const given = await planRepresentations([features(20_000, 1, 4)], images, {}, {}, 2);
    const sample = Number(/--sample (\d+)/.exec(given.shorter.map((way) => way.flags).join(' '))![1]);
    expect(sample).toBeLessThan(5000);
    expect((await plan(sample, 1)).memory.needed).toBeLessThanOrEqual(found.memory.cap!);
  });
});
