import { FormatError } from '../base/errors.ts';
import { formatShape, type Tensor } from '../tensor/tensor.ts';

/** How integers stand for real values: value = (q − zeroPoint) · scale. */
export interface Quantisation {
  /** One scale, or one for each index of `axis`. */
  readonly scales: ArrayLike<number>;
  /** One for all, or one for each index of `axis`, or none for zero. */
  readonly zeroPoints: ArrayLike<number>;
  /** The axis that several scales run along. */
  readonly axis: number;
}

/**
 * The real values of a quantised tensor, in Float32. Products are formed in 64 bits and rounded once.
 * @param name file and tensor, for messages
 * @throws FormatError when the number of scales or zero points does not fit the axis.
 */
export function dequantise(name: string, tensor: Tensor, quantisation: Quantisation): Tensor {
  const { shape, data } = tensor;
  const { scales, zeroPoints, axis } = quantisation;
  const channels = Math.max(scales.length, zeroPoints.length);
  const perChannel = channels > 1;
  for (const [what, { length }] of [['scales', scales] as const, ['zero points', zeroPoints] as const])
    if (length > 1 && (shape[axis] !== length || length !== channels))
      throw new FormatError(
        `${name} has ${length} quantisation ${what}, but axis ${axis} of its shape ${formatShape(shape)} has ${shape[axis] ?? 'no'} entries.`,
      );
  if (scales.length === 0) throw new FormatError(`${name} is quantised, but has no scale.`);

  const out = new Float32Array(data.length);
  let inner = 1;
  if (perChannel) for (let i = axis + 1; i < shape.length; i++) inner *= shape[i]!;
  else inner = data.length;
  for (let start = 0, block = 0; start < data.length; start += inner, block++) {
    const channel = perChannel ? block % channels : 0;
    const scale = scales.length > 1 ? scales[channel]! : scales[0]!;
    const zeroPoint = zeroPoints.length > 1 ? zeroPoints[channel]! : (zeroPoints[0] ?? 0);
    for (let i = start; i < start + inner; i++) out[i] = (data[i]! - zeroPoint) * scale;
  }
  return { shape, data: out };
}

/** Two 4-bit integers a byte, the lower four bits first, to one a byte; `count` values. */
export function unpackNibbles(bytes: Uint8Array, count: number, signed: boolean): Uint8Array {
  const out = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const nibble = (bytes[i >> 1]! >> ((i & 1) * 4)) & 15;
    out[i] = signed && nibble > 7 ? nibble | 0xf0 : nibble;
  }
  return out;
}
