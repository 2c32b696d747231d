import { describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { LimitError } from '#src/base/errors.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import { findHeadInput } from '#src/model-files/onnx/head-input.ts';
import { openModel } from '#src/model-files/open-model.ts';
import {
  type Field,
  message,
  type NodeSpec,
  nodeProto,
  type OnnxSpec,
  type TensorSpec,
  tensorProto,
  writeOnnx,
} from '../support/onnx-writer.ts';

const CLASSES = 6;
const FEATURES = 4;
const values = (n: number, seed = 1): number[] =>
  Array.from({ length: n }, (_, i) => Math.fround(Math.sin(seed * (i + 1))));
const weight = (name: string, seed = 1): TensorSpec => ({
  name,
  shape: [CLASSES, FEATURES],
  values: values(CLASSES * FEATURES, seed),
});
const gemm = (input: string, tensor: string, output: string): NodeSpec => ({
  op: 'Gemm',
  inputs: [input, tensor],
  outputs: [output],
  attributes: { transB: 1 },
});
const node = (op: string, inputs: string[], outputs: string[], attributes: NodeSpec['attributes'] = {}): NodeSpec => ({
  op,
  inputs,
  outputs,
  attributes,
});
/** The body of an If, Loop or Scan as an attribute. */
function body(spec: { nodes: NodeSpec[]; inputs?: string[]; outputs: string[]; tensors?: TensorSpec[] }): Uint8Array {
  const graph = message(
    ...spec.nodes.map((one): Field => [1, nodeProto(one)]),
    ...(spec.tensors ?? []).map((tensor): Field => [5, tensorProto(tensor)]),
    ...(spec.inputs ?? []).map((name): Field => [11, message([1, name])]),
    ...spec.outputs.map((name): Field => [12, message([1, name])]),
  );
  return message([6, graph], [20, 5]);
}
const text = (value: string): Uint8Array => message([4, value], [20, 3]);

const source = (spec: OnnxSpec) =>
  memorySource('x.onnx', writeOnnx({ inputs: [message([1, 'x'])], outputs: ['y'], ...spec }));
async function headOf(spec: OnnxSpec) {
  const head = detectHead(await openModel(source(spec)));
  return { head, templates: await head.readTemplates() };
}
const identity = body({ nodes: [node('Identity', ['scores'], ['a'])], outputs: ['a'] });

describe('bodies of If, Loop and Scan', () => {
  const cases: [string, OnnxSpec, string, string][] = [
    [
      'an If behind the head that squeezes or not',
      {
        tensors: [weight('W')],
        nodes: [
          gemm('x', 'W', 'scores'),
          node('If', ['c'], ['y'], {
            then_branch: body({ nodes: [node('Squeeze', ['scores'], ['a'])], outputs: ['a'] }),
            else_branch: identity,
          }),
        ],
      },
      'W',
      'Squeeze ← Gemm',
    ],
    [
      'a head within both branches, of a weight around them',
      {
        tensors: [weight('W')],
        nodes: [
          node('If', ['c'], ['y'], {
            then_branch: body({ nodes: [gemm('x', 'W', 'a'), node('Softmax', ['a'], ['p'])], outputs: ['p'] }),
            else_branch: body({ nodes: [gemm('x', 'W', 'a')], outputs: ['a'] }),
          }),
        ],
      },
      'W',
      'If ← ',
    ],
    [
      'a head within a Loop, its weight stored there',
      {
        nodes: [
          node('Loop', ['m', 'c', 'x', 'x'], ['kept', 'y'], {
            body: body({
              inputs: ['i', 'go', 'state', 'scores'],
              tensors: [weight('W')],
              nodes: [gemm('state', 'W', 'out'), node('Identity', ['go'], ['on'])],
              outputs: ['on', 'state', 'out'],
            }),
          }),
        ],
      },
      'kept/body/W',
      'Loop ← Gemm',
    ],
    [
      'a Loop that only smooths the scores',
      {
        tensors: [weight('W')],
        nodes: [
          gemm('x', 'W', 'scores'),
          node('Loop', ['m', 'c', 'scores'], ['y'], {
            body: body({
              inputs: ['i', 'go', 'state'],
              nodes: [node('Relu', ['state'], ['next']), node('Identity', ['go'], ['on'])],
              outputs: ['on', 'next'],
            }),
          }),
          node('Softmax', ['y'], ['z']),
        ],
        outputs: ['z'],
      },
      'W',
      'Softmax ← Loop ← Relu ← Loop ← Gemm',
    ],
    [
      'an If within a Scan',
      {
        tensors: [weight('W')],
        nodes: [
          node('Scan', ['x'], ['y'], {
            num_scan_inputs: 1,
            body: body({
              inputs: ['one'],
              nodes: [
                node('If', ['c'], ['a'], {
                  then_branch: body({ nodes: [gemm('one', 'W', 'b')], outputs: ['b'] }),
                  else_branch: body({ nodes: [gemm('one', 'W', 'b')], outputs: ['b'] }),
                }),
              ],
              outputs: ['a'],
            }),
          }),
        ],
      },
      'W',
      'Scan ← If ← Gemm',
    ],
  ];
  it.each(cases)('%s', async (_, spec, tensor, way) => {
    const { head, templates } = await headOf(spec);
    expect(head).toMatchObject({ tensor, classes: CLASSES, features: FEATURES });
    expect(head.reason).toContain(way);
    expect(Array.from(templates.data)).toEqual(values(CLASSES * FEATURES));
  });

  it('two heads, one in each branch, are a question', async () => {
    const branch = (name: string) => body({ nodes: [gemm('x', name, 'a')], outputs: ['a'] });
    const nodes = [node('If', ['c'], ['y'], { then_branch: branch('W'), else_branch: branch('V') })];
    await expect(headOf({ tensors: [weight('W'), weight('V', 2)], nodes })).rejects.toThrow(
      /2 tensors may be the classifier head: W \(6×4\), V \(6×4\)/,
    );
  });

  it('nested without end are refused', async () => {
    let inner = body({ nodes: [], outputs: [] });
    for (let depth = 0; depth < 40; depth++)
      inner = body({ nodes: [node('If', ['c'], [`o${depth}`], { then_branch: inner })], outputs: [`o${depth}`] });
    await expect(headOf({ nodes: [node('If', ['c'], ['y'], { then_branch: inner })] })).rejects.toThrow(LimitError);
  });
});

describe('an Einsum', () => {
  it.each<[string, string[], number[], number]>([
    ['bf,cf->bc', ['x', 'W'], [CLASSES, FEATURES], 0],
    ['b f, f c -> b c', ['x', 'W'], [FEATURES, CLASSES], 1],
    ['cf,bf->bc', ['W', 'x'], [CLASSES, FEATURES], 0],
    ['...f,cf->...c', ['x', 'W'], [CLASSES, FEATURES], 0],
    ['bfhw,cf->bchw', ['x', 'W'], [CLASSES, FEATURES], 0],
  ])('%s is a linear layer', async (equation, inputs, shape, classAxis) => {
    const { head } = await headOf({
      tensors: [{ name: 'W', shape, values: values(CLASSES * FEATURES) }],
      nodes: [node('Einsum', inputs, ['y'], { equation: text(equation) })],
    });
    expect(head).toMatchObject({ tensor: 'W', classAxis, classes: CLASSES, features: FEATURES });
    expect(head.reason).toContain('weight of the Einsum');
  });

  it.each(['bf,cf->cb', 'bf,cf->bcf', 'bf,cc->bc', 'bf,cf', 'bf,cf,c->bc', 'bcf,cf->bc'])(
    '%s is none',
    async (equation) => {
      const file = await openModel(
        source({ tensors: [weight('W')], nodes: [node('Einsum', ['x', 'W'], ['y'], { equation: text(equation) })] }),
      );
      expect(file.graphHeads).toEqual([]);
    },
  );
});

describe('what multiplies each class behind the head', () => {
  const factors = [2, -1, 0.5, 3, -4, 1];
  const list = (name: string, data: number[], shape = [data.length]): TensorSpec => ({ name, shape, values: data });
  const scaled = values(CLASSES * FEATURES).map((value, i) => Math.fround(value * factors[Math.floor(i / FEATURES)]!));
  const norm: TensorSpec[] = [
    // With a variance of 0.25 the scores are divided by 0.5.
    list(
      'scale',
      factors.map((factor) => factor / 2),
    ),
    list('shift', [1, 2, 3, 4, 5, 6]),
    list('mean', [6, 5, 4, 3, 2, 1]),
    list(
      'variance',
      factors.map(() => 0.25),
    ),
  ];
  const bn = (input: string, output: string): NodeSpec =>
    node('BatchNormalization', [input, 'scale', 'shift', 'mean', 'variance'], [output]);

  it.each<[string, OnnxSpec]>([
    [
      'a product',
      { tensors: [weight('W'), list('k', factors)], nodes: [gemm('x', 'W', 's'), node('Mul', ['s', 'k'], ['y'])] },
    ],
    [
      'a product the other way round',
      {
        tensors: [weight('W'), list('k', factors, [1, CLASSES])],
        nodes: [gemm('x', 'W', 's'), node('Mul', ['k', 's'], ['y'])],
      },
    ],
    [
      'a quotient',
      {
        tensors: [
          weight('W'),
          list(
            'k',
            factors.map((factor) => 1 / factor),
          ),
        ],
        nodes: [gemm('x', 'W', 's'), node('Div', ['s', 'k'], ['y'])],
      },
    ],
  ])('%s scales its row', async (_, spec) => {
    const { head, templates } = await headOf(spec);
    expect(head.reason).toContain('which multiplies each row by a number of its own');
    templates.data.forEach((value, i) => {
      expect(value).toBeCloseTo(scaled[i]!, 5);
    });
  });

  it('a batch normalisation scales rows and bias', async () => {
    const spec: OnnxSpec = {
      tensors: [weight('W'), list('b', [1, 1, 1, 1, 1, 1]), ...norm],
      nodes: [{ ...gemm('x', 'W', 's'), inputs: ['x', 'W', 'b'] }, bn('s', 'n'), node('Softmax', ['n'], ['y'])],
    };
    const { head, templates } = await headOf(spec);
    expect(head).toMatchObject({ tensor: 'W', classes: CLASSES });
    // The default epsilon moves the factors by 2·10⁻⁵ of them.
    templates.data.forEach((value, i) => {
      expect(value).toBeCloseTo(scaled[i]!, 3);
    });
    const { bias } = (await findHeadInput(source(spec), 'W'))!;
    bias!.forEach((value, i) => {
      expect(value).toBeCloseTo(i + 1 + (1 - (6 - i)) * factors[i]!, 3);
    });
  });

  it('rows that a slice before it removes keep theirs', async () => {
    const list4 = (name: string, data: number[]): TensorSpec => ({
      name,
      type: 'i64',
      shape: [data.length],
      values: data,
    });
    const { head, templates } = await headOf({
      tensors: [weight('W'), list('k', factors.slice(1)), list4('from', [1]), list4('to', [99]), list4('axis', [1])],
      nodes: [
        gemm('x', 'W', 's'),
        node('Slice', ['s', 'from', 'to', 'axis'], ['cut']),
        node('Mul', ['cut', 'k'], ['y']),
      ],
    });
    expect(head.droppedRows).toEqual([0]);
    templates.data.forEach((value, i) => {
      expect(value).toBeCloseTo(scaled[i + FEATURES]!, 5);
    });
  });

  it('of another length is something else, as is a normalisation behind a layer of features', async () => {
    const file = await openModel(
      source({
        tensors: [weight('W'), list('k', [1, 2])],
        nodes: [gemm('x', 'W', 's'), node('Mul', ['s', 'k'], ['y'])],
      }),
    );
    expect(file.graphHeads).toEqual([]);
    expect(file.graphStops).toEqual([{ output: 'y', op: 'Mul' }]);
    const features: OnnxSpec = { tensors: [weight('W'), ...norm], nodes: [gemm('x', 'W', 's'), bn('s', 'y')] };
    const { head } = await headOf(features).catch((error: Error) => ({ head: { reason: error.message } }));
    expect(head.reason).toContain('perhaps features');
  });
});
