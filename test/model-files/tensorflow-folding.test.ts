import { describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { i32, type TfliteTensorSpec, table, u8, writeTflite } from '../support/tflite-writer.ts';

const CLASSES = 6;
const FEATURES = 4;
const values = (n: number): number[] => Array.from({ length: n }, (_, i) => Math.fround(Math.sin(i + 1)));
const stored = values(CLASSES * FEATURES);
const norms = Array.from({ length: CLASSES }, (_, row) =>
  Math.hypot(...stored.slice(row * FEATURES, (row + 1) * FEATURES)),
);
const normalised = stored.map((value, i) => value / norms[Math.floor(i / FEATURES)]!);
const doubled = stored.map((value) => 2 * value);

function expectClose(found: ArrayLike<number>, expected: readonly number[]): void {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 5);
}

describe('weights that a TFLite graph computes', () => {
  const CODES = {
    ADD: 0,
    CONCATENATION: 2,
    FULLY_CONNECTED: 9,
    L2_NORMALIZATION: 11,
    MUL: 18,
    RESHAPE: 22,
    SQRT: 75,
    SUM: 74,
    SQUARE: 92,
    RSQRT: 76,
    DIV: 42,
    TRANSPOSE: 39,
  };
  type Step = [op: keyof typeof CODES, inputs: string[], output: string, options?: ReturnType<typeof table>];
  const matrix: TfliteTensorSpec = { name: 'w', shape: [CLASSES, FEATURES], values: stored };
  const list = (name: string, numbers: number[], shape = [numbers.length]): TfliteTensorSpec => ({
    name,
    shape,
    values: numbers,
  });
  const ints = (name: string, ...numbers: number[]): TfliteTensorSpec => ({
    name,
    type: 'i32',
    shape: [numbers.length],
    data: new Uint8Array(Int32Array.from(numbers).buffer),
  });
  const open = (constants: TfliteTensorSpec[], steps: Step[]) => {
    const tensors: TfliteTensorSpec[] = [{ name: 'x', shape: [1, FEATURES] }, ...constants];
    const index = (name: string): number => {
      const known = tensors.findIndex((tensor) => tensor.name === name);
      return known >= 0 ? known : tensors.push({ name, shape: [1, CLASSES] }) - 1;
    };
    const operators = steps.map(([op, inputs, output, options]) => ({
      code: CODES[op],
      inputs: inputs.map(index),
      outputs: [index(output)],
      ...(options && { options }),
    }));
    return openModel(memorySource('x.tflite', writeTflite({ tensors, operators, inputs: [0], outputs: [index('y')] })));
  };
  const fc = (weight: string, output = 'y'): Step => ['FULLY_CONNECTED', ['x', weight], output];

  it.each<[string, TfliteTensorSpec[], Step[], number[]]>([
    ['a product with a scalar', [matrix, list('k', [2])], [['MUL', ['w', 'k'], 'v'], fc('v')], doubled],
    ['a sum', [matrix], [['ADD', ['w', 'w'], 'v'], fc('v')], doubled],
    ['rows of length 1', [matrix], [['L2_NORMALIZATION', ['w'], 'v'], fc('v')], normalised],
    [
      'rows divided by their norms, step by step',
      [matrix, ints('axis', 1)],
      [
        ['SQUARE', ['w'], 's'],
        ['SUM', ['s', 'axis'], 't', table(u8(1))],
        ['SQRT', ['t'], 'n'],
        ['DIV', ['w', 'n'], 'v'],
        fc('v'),
      ],
      normalised,
    ],
    [
      'two parts put together',
      [list('a', stored.slice(0, 8), [2, FEATURES]), list('b', stored.slice(8), [4, FEATURES])],
      [['CONCATENATION', ['a', 'b'], 'v', table(i32(0))], fc('v')],
      stored,
    ],
    [
      'a product that is turned and put in shape',
      [list('w', stored, [FEATURES * CLASSES]), list('k', [2]), ints('shape', CLASSES, -1)],
      [['MUL', ['w', 'k'], 'u'], ['RESHAPE', ['u', 'shape'], 'v'], fc('v')],
      doubled,
    ],
  ])('%s', async (_, constants, steps, expected) => {
    const head = detectHead(await open(constants, steps));
    expect(head).toMatchObject({ tensor: 'v', classes: CLASSES, features: FEATURES });
    expect(head.reason).toMatch(/; computed by [A-Z_\d]+ from /);
    expectClose((await head.readTemplates()).data, expected);
  });

  it('a product class by class behind the layer scales its rows', async () => {
    const factors = [2, -1, 0.5, 3, -4, 1];
    const head = detectHead(await open([matrix, list('k', factors)], [fc('w', 's'), ['MUL', ['s', 'k'], 'y']]));
    expect(head.tensor).toBe('w');
    expectClose(
      (await head.readTemplates()).data,
      stored.map((value, i) => value * factors[Math.floor(i / FEATURES)]!),
    );
  });

  it('an activation on the way is no folding', async () => {
    const file = await open([matrix, list('k', [2])], [['MUL', ['w', 'k'], 'v', table(u8(1))], fc('v')]);
    expect(file.graphHeads).toEqual([]);
  });
});

describe('weights that a TF.js graph computes', () => {
  const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const node = (name: string, op: string, input: string[] = [], attr: object = {}) => ({ name, op, input, attr });
  const open = (weights: { name: string; shape: number[]; values: number[]; dtype?: string }[], nodes: object[]) => {
    const bytes = weights.map(({ values: numbers, dtype }) =>
      dtype === 'int32' ? Int32Array.from(numbers) : Float32Array.from(numbers),
    );
    const model = json({
      format: 'graph-model',
      signature: { outputs: { y: { name: 'y:0' } } },
      modelTopology: { node: [node('x', 'Placeholder'), ...weights.map(({ name }) => node(name, 'Const')), ...nodes] },
      weightsManifest: [
        { paths: ['w.bin'], weights: weights.map(({ name, shape, dtype = 'float32' }) => ({ name, shape, dtype })) },
      ],
    });
    const data = Buffer.concat(bytes.map((part) => new Uint8Array(part.buffer)));
    return openModel(memorySource('model.json', model, new Map([['w.bin', Uint8Array.from(data)]])));
  };
  const matMul = (weight: string) => node('y', 'MatMul', ['x', weight], { transpose_b: { b: true } });
  const matrix = { name: 'w', shape: [CLASSES, FEATURES], values: stored };

  it.each<[string, Parameters<typeof open>[0], object[], number[]]>([
    ['a product', [matrix, { name: 'k', shape: [], values: [2] }], [node('v', 'Mul', ['w', 'k'])], doubled],
    [
      'rows divided by their norms',
      [matrix, { name: 'axis', shape: [1], values: [1], dtype: 'int32' }],
      [
        node('s', 'Square', ['w']),
        node('t', 'Sum', ['s', 'axis'], { keep_dims: { b: true } }),
        node('r', 'Rsqrt', ['t']),
        node('v', 'Mul', ['w', 'r']),
      ],
      normalised,
    ],
    [
      'two parts put together',
      [
        { name: 'a', shape: [2, FEATURES], values: stored.slice(0, 8) },
        { name: 'b', shape: [4, FEATURES], values: stored.slice(8) },
        { name: 'axis', shape: [], values: [0], dtype: 'int32' },
      ],
      [node('v', 'ConcatV2', ['a', 'b', 'axis'])],
      stored,
    ],
    [
      'an axis of length 1 removed from a product',
      [
        { name: 'w', shape: [1, CLASSES, FEATURES], values: stored },
        { name: 'k', shape: [], values: [2] },
      ],
      [node('u', 'Mul', ['w', 'k']), node('v', 'Squeeze', ['u'], { squeeze_dims: { list: { i: ['0'] } } })],
      doubled,
    ],
  ])('%s', async (_, weights, nodes, expected) => {
    const head = detectHead(await open(weights, [...nodes, matMul('v')]));
    expect(head).toMatchObject({ tensor: 'v', classes: CLASSES, features: FEATURES });
    expectClose((await head.readTemplates()).data, expected);
  });
});
