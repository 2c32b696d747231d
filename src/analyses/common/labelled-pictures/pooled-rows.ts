import { FormatError, IncomparableError } from '../../../base/errors.ts';
import type { Matrix32 } from '../../../tensor/matrix.ts';
import { formatShape, type Tensor } from '../../../tensor/tensor.ts';

/** How a layer of several positions becomes one vector: their mean, the first token, or nothing to do. */
export type Pooling = 'none' | 'mean' | 'first';

/** Collects one vector a picture, batch by batch. */
export interface PooledRows {
  /**
   * Adds images × channels, images × channels × height × width (or with the channels last) or images × tokens × channels.
   *
   * @throws FormatError naming the first image with NaN or infinity; IncomparableError where the width changes.
   */
  add(features: Tensor, names: readonly string[]): void;
  /** Images × channels, in the order in which they were added. */
  matrix(): Matrix32;
}

export function pooledRows(pooling: Pooling, channelsLast: boolean, layer: string): PooledRows {
  const parts: Float32Array[] = [];
  let width = 0;
  let rows = 0;
  return {
    add({ shape, data }, names) {
      const [images, channels, positions, stride, step] = axes(shape, channelsLast);
      if (rows === 0) width = channels;
      if (channels !== width)
        throw new IncomparableError(`Layer "${layer}" gives ${formatShape(shape)}; ${width} channels came before.`);
      const used = pooling === 'first' ? 1 : positions;
      const part = new Float32Array(images * channels);
      for (let i = 0; i < images; i++)
        for (let c = 0; c < channels; c++) {
          let sum = 0;
          for (let p = 0; p < used; p++) sum += data[i * channels * positions + c * stride + p * step]!;
          if (!Number.isFinite(sum)) throw new FormatError(`${names[i]}: layer "${layer}" holds NaN or infinity.`);
          part[i * channels + c] = sum / used;
        }
      parts.push(part);
      rows += images;
    },
    matrix() {
      const data = new Float32Array(rows * width);
      let at = 0;
      for (const part of parts) {
        data.set(part, at);
        at += part.length;
      }
      return { rows, cols: width, data };
    },
  };
}

/** Images, channels, positions, and how far apart channels and positions lie. */
function axes(shape: readonly number[], channelsLast: boolean): [number, number, number, number, number] {
  const [images = 0, a = 1, b = 1, c = 1] = shape;
  if (shape.length === 3) return [images, b, a, 1, b];
  if (shape.length === 4 && channelsLast) return [images, c, a * b, 1, c];
  return [images, a, b * c, b * c, 1];
}
