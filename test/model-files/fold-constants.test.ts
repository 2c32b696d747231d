import { describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { type NodeSpec, type TensorSpec, writeOnnx } from '../support/onnx-writer.ts';

const floats = (name: string, shape: number[], values: number[]): TensorSpec => ({ name, shape, values });
const ints = (name: string, values: number[]): TensorSpec => ({ name, type: 'i64', shape: [values.length], values });

/** The templates of a network y = x · w, where nodes make w. */
async function templates(nodes: NodeSpec[], tensors: TensorSpec[]): Promise<number[][]> {
  const head: NodeSpec = { op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] };
  const file = await openModel(memorySource('x.onnx', writeOnnx({ nodes: [...nodes, head], tensors, outputs: ['y'] })));
  const choice = detectHead(file);
  const { rows, cols, data } = await choice.readTemplates();
  return Array.from({ length: rows }, (_, row) => Array.from(data.subarray(row * cols, (row + 1) * cols)));
}

const w0 = floats('w0', [2, 3], [1, 2, 3, 4, 5, 6]);

describe('a weight that the graph computes from constants', () => {
  it.each<[string, NodeSpec[], TensorSpec[], number[][]]>([
    [
      'a scalar times a matrix',
      [{ op: 'Mul', inputs: ['w0', 'k'], outputs: ['w'] }],
      [w0, floats('k', [], [2])],
      [
        [2, 8],
        [4, 10],
        [6, 12],
      ],
    ],
    [
      'columns divided by a row that broadcasts',
      [{ op: 'Div', inputs: ['w0', 'k'], outputs: ['w'] }],
      [w0, floats('k', [3], [1, 2, 3])],
      [
        [1, 4],
        [1, 2.5],
        [1, 2],
      ],
    ],
    [
      'its own norm',
      [
        { op: 'ReduceL2', inputs: ['w0', 'axis'], outputs: ['n'] },
        { op: 'Div', inputs: ['w0', 'n'], outputs: ['w'] },
      ],
      [floats('w0', [2, 2], [3, 4, 4, 3]), ints('axis', [0])],
      [
        [0.6, 0.8],
        [0.8, 0.6],
      ].map((row) => row.map(Math.fround)),
    ],
    [
      'parts side by side, transposed',
      [
        { op: 'Concat', inputs: ['w0', 'w1'], outputs: ['c'], attributes: { axis: 0 } },
        { op: 'Sqrt', inputs: ['c'], outputs: ['s'] },
        { op: 'Transpose', inputs: ['s'], outputs: ['w'] },
      ],
      [floats('w0', [1, 2], [1, 4]), floats('w1', [2, 2], [9, 16, 25, 36])],
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ],
    [
      'another shape with an open length',
      [{ op: 'Reshape', inputs: ['w0', 'shape'], outputs: ['w'] }],
      [floats('w0', [2, 1, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]), ints('shape', [-1, 4])],
      [
        [1, 5],
        [2, 6],
        [3, 7],
        [4, 8],
      ],
    ],
  ])('%s', async (_, nodes, tensors, expected) => {
    expect(await templates(nodes, tensors)).toEqual(expected);
  });

  it('is none where data flow in, or where the nodes run in a circle', async () => {
    const circle: NodeSpec[] = [
      { op: 'Add', inputs: ['v', 'w0'], outputs: ['w'] },
      { op: 'Add', inputs: ['w', 'w0'], outputs: ['v'] },
    ];
    await expect(templates(circle, [w0])).rejects.toThrow(/no classifier head was found|may be the classifier head/);
    const data: NodeSpec[] = [{ op: 'Add', inputs: ['x', 'w0'], outputs: ['w'] }];
    await expect(templates(data, [w0, floats('w1', [2, 2], [1, 2, 3, 4])])).rejects.toThrow(/no classifier head/);
  });
});
