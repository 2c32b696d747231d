import { createRandom } from '#src/statistics/random.ts';
import { type Field, message, packed, type TensorSpec, valueInfo, writeOnnx } from './onnx-writer.ts';

/**
 * An ONNX network for pictures of 16×16: two 3×3 convolutions with ReLU ("early", 8 channels at 16×16; "late", 12 channels
 * at 8×8), global average, a linear layer of 5 classes. Weights are seeded.
 */
export function tinyVisionModel(seed = 1): Uint8Array {
  return visionModel(seed, (tensor) => tensor);
}

/** The same network with its weights in a second file, which the model knows as `location`. */
export function tinyVisionModelInTwoFiles(location: string, seed = 1): { model: Uint8Array; weights: Uint8Array } {
  const parts: Uint8Array[] = [];
  let offset = 0;
  const model = visionModel(seed, ({ values, ...tensor }) => {
    const bytes = packed(values!, 'f32');
    const entries = { location, offset: String(offset), length: String(bytes.length) };
    parts.push(bytes);
    offset += bytes.length;
    const fields = Object.entries(entries).map(([key, value]): Field => [13, message([1, key], [2, value])]);
    return { ...tensor, fields: [...fields, [14, 1]] };
  });
  return { model, weights: Uint8Array.from(Buffer.concat(parts)) };
}

/** The same network for pictures of another batch and size; names stand for axes that are left open. */
export function shapedVisionModel(shape: readonly (number | string)[], seed = 1): Uint8Array {
  return visionModel(seed, (tensor) => tensor, shape);
}

function visionModel(
  seed: number,
  stored: (tensor: TensorSpec) => TensorSpec,
  [batch, height, width]: readonly (number | string)[] = ['n', 16, 16],
): Uint8Array {
  const random = createRandom(seed);
  const weight = (name: string, shape: number[], scale: number): TensorSpec => ({
    name,
    shape,
    values: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal() * scale),
  });
  return writeOnnx({
    inputs: [valueInfo('input', [batch!, 3, height!, width!])],
    outputs: [valueInfo('logits', [batch!, 5])],
    tensors: [weight('w1', [8, 3, 3, 3], 0.4), weight('w2', [12, 8, 3, 3], 0.3), weight('head', [12, 5], 1)].map(
      stored,
    ),
    nodes: [
      { op: 'Conv', inputs: ['input', 'w1'], outputs: ['c1'], attributes: { pads: [1, 1, 1, 1] } },
      { op: 'Relu', inputs: ['c1'], outputs: ['early'] },
      { op: 'Conv', inputs: ['early', 'w2'], outputs: ['c2'], attributes: { pads: [1, 1, 1, 1], strides: [2, 2] } },
      { op: 'Relu', inputs: ['c2'], outputs: ['late'] },
      { op: 'GlobalAveragePool', inputs: ['late'], outputs: ['pool'] },
      { op: 'Flatten', inputs: ['pool'], outputs: ['vector'] },
      { op: 'MatMul', inputs: ['vector', 'head'], outputs: ['logits'] },
    ],
  });
}

/** A picture of a bright square somewhere on noise: class decides its colour, the seed its place. */
export function madePicture(label: number, seed: number, side = 16) {
  const random = createRandom(1000 * label + seed);
  const data = Uint8Array.from({ length: side * side * 3 }, () => random.below(60));
  const top = random.below(side - 5);
  const left = random.below(side - 5);
  for (let y = top; y < top + 5; y++)
    for (let x = left; x < left + 5; x++) data[(y * side + x) * 3 + (label % 3)] = 255 - 20 * label;
  return { width: side, height: side, data };
}
