import { FormatError, IncomparableError } from '../../../base/errors.ts';
import type { Matrix32 } from '../../../tensor/matrix.ts';
import { formatShape, type Tensor } from '../../../tensor/tensor.ts';

/** How a layer of several positions becomes one vector: their mean, the first token, or nothing to do. */
export type Pooling = 'none' | 'mean' | 'first';

/** Sums features by class, batch by batch. */
export interface FeatureSums {
  /**
   * Adds images × channels, images × channels × height × width (or with the channels last) or images × tokens × channels.
   *
   * @param classes The class of each image; null leaves it out.
   * @throws FormatError naming the first image with NaN or infinity; IncomparableError where the width changes.
   */
  add(features: Tensor, classes: readonly (number | null)[], names: readonly string[]): void;
  /** Classes × channels: the mean of each class, zeros for a class without images; and how many images each had. */
  templates(): { matrix: Matrix32; counts: number[] };
}

/** The class template of Filus & Żarski et al.: the mean feature vector before the classifier over the images of a class. */
export function featureSums(classCount: number, pooling: Pooling, channelsLast: boolean, layer: string): FeatureSums {
  const counts = new Array<number>(classCount).fill(0);
  let sums: Float64Array | undefined;
  let width = 0;
  return {
    add({ shape, data }, classes, names) {
      const [images, channels, positions, stride, step] = axes(shape, channelsLast);
      sums ??= new Float64Array(classCount * (width = channels));
      if (channels !== width)
        throw new IncomparableError(`Layer "${layer}" gives ${formatShape(shape)}; ${width} channels came before.`);
      const used = pooling === 'first' ? 1 : positions;
      for (let i = 0; i < images; i++) {
        const index = classes[i]!;
        if (index === null) continue;
        counts[index]!++;
        for (let c = 0; c < channels; c++) {
          let sum = 0;
          for (let p = 0; p < used; p++) sum += data[i * channels * positions + c * stride + p * step]!;
          if (!Number.isFinite(sum)) throw new FormatError(`${names[i]}: layer "${layer}" holds NaN or infinity.`);
          sums[index * width + c]! += sum / used;
        }
      }
    },
    templates() {
      const data = Float32Array.from(sums ?? [], (sum, k) => sum / Math.max(1, counts[Math.floor(k / width)]!));
      return { matrix: { rows: classCount, cols: width, data }, counts };
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
