import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { FormatError } from '../../base/errors.ts';
import { checkShape } from '../../tensor/check-shape.ts';
import { elementCount, formatShape } from '../../tensor/tensor.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { storedArray } from '../stored-array.ts';
import type { DarknetLayer } from './layers.ts';

const FLOAT_BYTES = 4;

/** The weight of a layer by its number, as Darknet counts them: from 0, without [net]. */
export function weightName({ type, index }: DarknetLayer): string {
  return `${index}.${type}.weight`;
}

/** What batch normalisation multiplies the outputs of a layer by: scale / (√variance + 10⁻⁶). */
export interface Normalisation {
  readonly scales: TensorEntry;
  readonly variance: TensorEntry;
}

/**
 * Gives each layer its stretch of the file: biases, then scales, means and variances of batch normalisation and the
 * weights of a convolution, but weights first in a connected layer.
 * @throws FormatError where the file has more or fewer numbers than the layers need.
 */
export function placeTensors(
  source: ByteSource,
  cfg: string,
  layers: readonly DarknetLayer[],
  start: number,
): { tensors: Map<string, TensorEntry>; normalised: Map<number, Normalisation> } {
  const tensors = new Map<string, TensorEntry>();
  const normalised = new Map<number, Normalisation>();
  let at = start;
  const take = (layer: DarknetLayer, part: string, shape: readonly number[]): TensorEntry => {
    const name = `${layer.index}.${layer.type}.${part}`;
    const count = checkShape(cfg, `the ${part} of layer ${layer.index}`, shape);
    const end = at + count * FLOAT_BYTES;
    if (end > source.byteLength)
      throw new FormatError(
        `${source.name}: ${name} (${formatShape(shape)}) of ${cfg} lies at bytes ${at} to ${end}, but the file has ${source.byteLength} bytes.`,
        { hint: 'The .cfg is that of another network, or the file is truncated.' },
      );
    const entry = storedArray(source, { name, dtype: 'f32', shape, start: at });
    at = end;
    tensors.set(name, entry);
    return entry;
  };
  for (const layer of layers) {
    const { weights } = layer;
    if (!weights) continue;
    const { rows, row, isNormalised } = weights;
    const takeWeights = () => {
      if (!weights.flipped) return take(layer, 'weight', [rows, ...row]);
      const stored = take(layer, 'weight', [elementCount(row), rows]);
      tensors.set(stored.name, unflipped(stored, [rows, ...row]));
      return stored;
    };
    const takeStatistics = () => {
      if (!isNormalised) return;
      const scales = take(layer, 'scales', [rows]);
      take(layer, 'running_mean', [rows]);
      normalised.set(layer.index, { scales, variance: take(layer, 'running_var', [rows]) });
    };
    take(layer, 'bias', [rows]);
    if (layer.kind === 'connected') takeWeights();
    takeStatistics();
    if (layer.kind !== 'connected') takeWeights();
  }
  if (at !== source.byteLength)
    throw new FormatError(
      `${source.name}: the layers of ${cfg} end at byte ${at}, but the file has ${source.byteLength} bytes.`,
      { hint: 'The .cfg is that of another network.' },
    );
  return { tensors, normalised };
}

/** Weights that the file keeps with the outputs last. */
function unflipped(stored: TensorEntry, shape: readonly number[]): TensorEntry {
  return {
    name: stored.name,
    dtype: stored.dtype,
    shape,
    async read() {
      const { data } = await stored.read();
      const rows = shape[0]!;
      const size = data.length / rows;
      const out = new Float32Array(data.length);
      for (let r = 0; r < rows; r++) for (let i = 0; i < size; i++) out[r * size + i] = data[i * rows + r]!;
      return { shape, data: out };
    },
  };
}
