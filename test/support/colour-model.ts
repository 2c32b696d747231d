import { createRandom } from '#src/statistics/random.ts';
import { type NodeSpec, type TensorSpec, valueInfo, writeOnnx } from './onnx-writer.ts';
import { madePicture } from './tiny-vision-model.ts';

export interface ColourModelOptions {
  seed?: number;
  /** Order and factor of the 12 channels of the last layer; what the head makes of them stays the same. */
  channels?: readonly { from: number; factor: number }[];
  /** What stands between the last layer and the head. */
  before?: 'nothing' | 'layer-norm' | 'tanh';
  /** What the file gives out: logits, the sigmoid of each, or the map alone. */
  ending?: 'logits' | 'sigmoid' | 'map';
  /** LeakyReLU instead of ReLU, so that features are signed. */
  signed?: boolean;
}

/**
 * An ONNX network for pictures of 16×16 that tells red, green and blue squares apart: filters of one colour against the
 * others, mixed once more ("late", 12 channels at 8×8), global average, a linear head of 3 classes. Seeds differ in the
 * shapes that filters answer to.
 */
export function colourModel({
  seed = 1,
  channels,
  before = 'nothing',
  ending = 'logits',
  signed = false,
}: ColourModelOptions = {}): Uint8Array {
  const random = createRandom(seed);
  const some = (least: number): number => least + random.next();
  const w1 = tensorOf('w1', [9, 3, 3, 3], (o, i) => (o % 3 === i ? 1 : -0.8) * some(0.1) * 0.3);
  const b1: TensorSpec = { name: 'b1', shape: [9], values: Array.from({ length: 9 }, () => -0.4 * random.next()) };
  const w2 = tensorOf('w2', [12, 9, 3, 3], (o, i) => (o % 3 === i % 3 ? random.normal() + 0.4 : -0.05) * 0.4);
  const head = Array.from({ length: 12 * 3 }, (_, at) => (Math.floor(at / 3) % 3 === at % 3 ? 1 : -0.5) * some(0.5));
  const plan = channels ?? Array.from({ length: 12 }, (_, from) => ({ from, factor: 1 }));
  const size = 9 * 9;
  const moved = plan.flatMap(({ from, factor }) =>
    w2.values!.slice(from * size, (from + 1) * size).map((v) => v * factor),
  );
  const movedHead = plan.flatMap(({ from, factor }) => head.slice(from * 3, (from + 1) * 3).map((v) => v / factor));
  const activation = (input: string, output: string): NodeSpec => ({
    op: signed ? 'LeakyRelu' : 'Relu',
    inputs: [input],
    outputs: [output],
  });
  const between: NodeSpec[] =
    before === 'layer-norm'
      ? [{ op: 'LayerNormalization', inputs: ['vector', 'gamma', 'beta'], outputs: ['read'] }]
      : [{ op: before === 'tanh' ? 'Tanh' : 'Identity', inputs: ['vector'], outputs: ['read'] }];
  return writeOnnx({
    inputs: [valueInfo('input', ['n', 3, 16, 16])],
    outputs: [ending === 'map' ? valueInfo('late', ['n', 12, 8, 8]) : valueInfo('logits', ['n', 3])],
    tensors: [
      w1,
      b1,
      { ...w2, values: moved },
      { name: 'classifier.weight', shape: [12, 3], values: movedHead },
      { name: 'gamma', shape: [12], values: Array.from({ length: 12 }, (_, i) => 1 + i / 20) },
      { name: 'beta', shape: [12], values: Array.from({ length: 12 }, (_, i) => i / 50) },
    ],
    nodes: [
      { op: 'Conv', inputs: ['input', 'w1', 'b1'], outputs: ['c1'], attributes: { pads: [1, 1, 1, 1] } },
      activation('c1', 'early'),
      { op: 'Conv', inputs: ['early', 'w2'], outputs: ['c2'], attributes: { pads: [1, 1, 1, 1], strides: [2, 2] } },
      activation('c2', 'late'),
      { op: 'GlobalAveragePool', inputs: ['late'], outputs: ['pool'] },
      { op: 'Flatten', inputs: ['pool'], outputs: ['vector'] },
      ...between,
      { op: 'MatMul', inputs: ['read', 'classifier.weight'], outputs: [ending === 'sigmoid' ? 'sums' : 'logits'] },
      ...(ending === 'sigmoid' ? [{ op: 'Sigmoid', inputs: ['sums'], outputs: ['logits'] }] : []),
    ],
  });
}

function tensorOf(
  name: string,
  shape: [number, number, number, number],
  value: (o: number, i: number) => number,
): TensorSpec {
  const [outputs, inputs, height, width] = shape;
  const values: number[] = [];
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++) for (let k = 0; k < height * width; k++) values.push(value(o, i));
  return { name, shape, values };
}

export const COLOURS = ['red', 'green', 'blue'] as const;

/** Pictures of coloured squares, `each` of every colour, labelled. */
export function colourPictures(each: number, side = 16) {
  return COLOURS.flatMap((label, c) =>
    Array.from({ length: each }, (_, i) => ({
      name: `${label}/${i}.png`,
      label,
      load: async () => madePicture(c, i, side),
    })),
  );
}

/** Pictures whose left half is of one colour's and whose right half is of the next one's, labelled with the first. */
export function twoColourPictures(each: number, side = 16) {
  return COLOURS.flatMap((label, c) =>
    Array.from({ length: each }, (_, i) => ({
      name: `${label}-${COLOURS[(c + 1) % 3]}/${i}.png`,
      label,
      load: async () => {
        const [left, right] = [madePicture(c, 1000 + i, side), madePicture((c + 1) % 3, 2000 + i, side)];
        const data = left.data.slice();
        for (let y = 0; y < side; y++)
          data.set(right.data.subarray((y * side + side / 2) * 3, (y + 1) * side * 3), (y * side + side / 2) * 3);
        return { width: side, height: side, data };
      },
    })),
  );
}
