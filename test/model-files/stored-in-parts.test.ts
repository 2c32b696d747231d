import { describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { SemblanceError, UnsupportedError, UsageError } from '#src/base/errors.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { writeSafetensors } from '../support/safetensors-writer.ts';

type Weights = Record<string, [shape: number[], values: number[]]>;

function open(weights: Weights, siblings: Record<string, unknown> = {}) {
  const tensors = Object.entries(weights).map(
    ([name, [shape, values]]) => [name, { shape, data: Float32Array.from(values) }] as const,
  );
  const beside = Object.entries(siblings).map(
    ([name, value]) => [name, new TextEncoder().encode(JSON.stringify(value))] as const,
  );
  return openModel(memorySource('x.safetensors', writeSafetensors(Object.fromEntries(tensors)), new Map(beside)));
}

async function templates(weights: Weights, siblings?: Record<string, unknown>) {
  const choice = detectHead(await open(weights, siblings));
  return { tensor: choice.tensor, values: Array.from((await choice.readTemplates()).data) };
}

async function failure(action: () => Promise<unknown>): Promise<SemblanceError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof SemblanceError) return error;
  }
  throw new Error('no SemblanceError was thrown');
}

describe('a weight stored in parts', () => {
  const direction: [number[], number[]] = [
    [2, 2],
    [3, 4, 0, 2],
  ];

  it.each<[string, Weights]>([
    [
      'weight norm',
      {
        'fc.weight_g': [
          [2, 1],
          [10, 1],
        ],
        'fc.weight_v': direction,
      },
    ],
    [
      'parametrised weight norm',
      {
        'fc.parametrizations.weight.original0': [
          [2, 1],
          [10, 1],
        ],
        'fc.parametrizations.weight.original1': direction,
      },
    ],
  ])('%s: g times the direction of v, row by row', async (_, weights) => {
    expect(await templates(weights)).toEqual({ tensor: 'fc.weight', values: [6, 8, 0, 1] });
  });

  it('weight norm over all axes, where g is one number', async () => {
    const values = (
      await templates({
        'fc.weight_g': [[1], [58]],
        'fc.weight_v': [
          [2, 2],
          [3, 4, 0, 2],
        ],
      })
    ).values;
    for (const [i, expected] of [3, 4, 0, 2].entries())
      expect(values[i]).toBeCloseTo((expected * 58) / Math.sqrt(29), 5);
  });

  it.each<[string, string, string, string]>([
    ['spectral norm', 'fc.weight_orig', 'fc.weight_u', 'fc.weight_v'],
    [
      'parametrised spectral norm',
      'fc.parametrizations.weight.original',
      'fc.parametrizations.weight.0._u',
      'fc.parametrizations.weight.0._v',
    ],
  ])('%s: the matrix by its stored singular value', async (_, weight, u, v) => {
    // uᵀ W v = 0.6·(1·0.8 + 2·0.6) + 0.8·(3·0.8 + 4·0.6) = 5.04
    const found = await templates({
      [weight]: [
        [2, 2],
        [1, 2, 3, 4],
      ],
      [u]: [[2], [0.6, 0.8]],
      [v]: [[2], [0.8, 0.6]],
    });
    expect(found.tensor).toBe('fc.weight');
    for (const [i, expected] of [1, 2, 3, 4].entries()) expect(found.values[i]).toBeCloseTo(expected / 5.04, 6);
  });

  it('a pruning mask: zero where it is zero', async () => {
    const weights: Weights = {
      'fc.weight_orig': [
        [2, 2],
        [1, 2, 3, 4],
      ],
      'fc.weight_mask': [
        [2, 2],
        [1, 0, 0, 1],
      ],
    };
    expect(await templates(weights)).toEqual({ tensor: 'fc.weight', values: [1, 0, 0, 4] });
  });

  describe('LoRA', () => {
    const weights: Weights = {
      'classifier.base_layer.weight': [
        [2, 2],
        [1, 0, 0, 1],
      ],
      'classifier.lora_A.default.weight': [
        [1, 2],
        [1, 2],
      ],
      'classifier.lora_B.default.weight': [
        [2, 1],
        [3, -1],
      ],
    };

    it('adds scale · B · A, with the scale of adapter_config.json', async () => {
      const config = { 'adapter_config.json': { lora_alpha: 2 } };
      expect(await templates(weights, config)).toEqual({ tensor: 'classifier.weight', values: [7, 12, -2, -3] });
    });

    it('is refused without the scale, but for an update that is zero', async () => {
      const error = await failure(() => templates(weights));
      expect(error).toBeInstanceOf(UnsupportedError);
      expect(error.message).toBe(
        'x.safetensors: classifier.base_layer.weight is changed by LoRA (classifier.lora_A.default.weight, classifier.lora_B.default.weight), and the scale of the change, alpha, is not in the file.',
      );
      const untrained: Weights = {
        ...weights,
        'classifier.lora_B.default.weight': [
          [2, 1],
          [0, 0],
        ],
      };
      expect((await templates(untrained)).values).toEqual([1, 0, 0, 1]);
    });
  });

  it('is refused behind a parametrisation that is not known', async () => {
    const error = await failure(() =>
      templates({
        'fc.parametrizations.weight.original': [
          [2, 2],
          [1, 2, 3, 4],
        ],
      }),
    );
    expect(error.message).toBe(
      'x.safetensors: the head fc.weight is stored behind a parametrisation that is not known, which is not read.',
    );
  });

  it.each([
    ['_fsdp_wrapped_module._flat_param', 'FSDP'],
    ['optimizer_state_dict.single_partition_of_fp32_groups.0', 'DeepSpeed'],
  ])('is refused by the name of its writer where it is a flat shard: %s', async (name, writer) => {
    const error = await failure(() => templates({ [name]: [[4], [1, 2, 3, 4]] }));
    expect(error).toBeInstanceOf(UnsupportedError);
    expect(error.message).toBe(
      `x.safetensors: holds one process's part of the weights as ${writer} cuts them (${name}), in which no layer is whole.`,
    );
  });
});

describe('averaged weights', () => {
  const both: Weights = {
    'fc.weight': [
      [2, 2],
      [1, 2, 3, 4],
    ],
    'ema.fc.weight': [
      [2, 2],
      [5, 6, 7, 8],
    ],
  };

  it('are taken when asked for, and named when not', async () => {
    const file = await open(both);
    expect(detectHead(file)).toMatchObject({
      tensor: 'fc.weight',
      reason: 'has a usual name of a classifier head; the averaged weights beside it are ema.fc.weight (--weights ema)',
    });
    expect(detectHead(file, { weights: 'ema' })).toMatchObject({
      tensor: 'ema.fc.weight',
      reason: 'of the averaged weights, as --weights ema asks',
    });
  });

  it('are missed when asked for and not there', async () => {
    const error = await failure(async () =>
      detectHead(await open({ 'fc.weight': both['fc.weight']! }), { weights: 'ema' }),
    );
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toBe('x.safetensors: holds no averaged weights (EMA, SWA), as --weights ema asks.');
  });
});
