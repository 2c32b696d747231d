import type { RowFactor } from '../graph/graph.ts';
import type { OnnxGraph, OnnxNode } from './read-model.ts';

/** A batch normalisation with stored statistics, which is linear: y = factor · x + shift, channel by channel. */
export interface BatchNorm extends RowFactor {
  read(): Promise<Float64Array>;
  /** One number for each channel. */
  readShift(): Promise<Float64Array>;
}

/** The normalisation of a BatchNormalization node; undefined unless its scale, bias, mean and variance are stored. */
export function batchNormAt(graph: OnnxGraph, node: OnnxNode): BatchNorm | undefined {
  const stored = node.inputs.slice(1, 5).map((name) => graph.tensors.get(name));
  const [scale, bias, mean, variance] = stored;
  if (!scale || !bias || !mean || !variance) return undefined;
  const count = scale.shape[0] ?? 0;
  if (stored.some((tensor) => tensor!.shape.length !== 1 || tensor!.shape[0] !== count)) return undefined;
  const epsilon = node.attributes.get('epsilon')?.float ?? 1e-5;
  const read = async (): Promise<Float64Array> => {
    const [scales, variances] = [(await scale.read()).data, (await variance.read()).data];
    return Float64Array.from(scales, (value, i) => value / Math.sqrt(variances[i]! + epsilon));
  };
  return {
    op: node.op,
    count,
    read,
    async readShift() {
      const [factors, biases, means] = [await read(), (await bias.read()).data, (await mean.read()).data];
      return factors.map((factor, i) => biases[i]! - means[i]! * factor);
    },
  };
}
