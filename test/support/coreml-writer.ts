import { bytes, f32 } from './byte-writer.ts';
import { type Field, message } from './onnx-writer.ts';

/** Weights of a layer: floats of 32 bits, or as they are. */
export type Weights = readonly number[] | Uint8Array;

export interface CoremlLayerSpec {
  name: string;
  inputs: readonly string[];
  outputs: readonly string[];
  /** The number of its kind, with its settings. */
  kind: number;
  settings: Uint8Array;
}

export const weightParams = (weights: Weights): Uint8Array =>
  weights instanceof Uint8Array ? weights : message([1, f32(...weights)]);

/** Whole numbers of a few bits, packed already, with a scale and bias or a table. */
export const quantised = (
  bits: number,
  raw: readonly number[],
  how: { scale: readonly number[]; bias: readonly number[] } | { table: readonly number[] },
): Uint8Array => {
  const by: Field =
    'table' in how
      ? [102, message([1, f32(...how.table)])]
      : [101, message([1, f32(...how.scale)], [2, f32(...how.bias)])];
  return message([30, bytes(raw)], [40, message([1, bits], by)]);
};

export const innerProduct = (
  name: string,
  from: string,
  outputs: number,
  inputs: number,
  weights: Weights,
): CoremlLayerSpec => ({
  name,
  inputs: [from],
  outputs: [name],
  kind: 140,
  settings: message(
    [1, inputs],
    [2, outputs],
    [10, 1],
    [20, weightParams(weights)],
    [21, weightParams(Array(Math.min(outputs, 64)).fill(1))],
  ),
});

export const convolution = (
  name: string,
  from: string,
  [outputs, channels, height, width]: readonly [number, number, number, number],
  weights: Weights,
  groups = 1,
): CoremlLayerSpec => ({
  name,
  inputs: [from],
  outputs: [name],
  kind: 100,
  settings: message(
    [1, outputs],
    [2, channels],
    [10, groups],
    [20, bytes([height, width])],
    [90, weightParams(weights)],
  ),
});

export const layer = (
  name: string,
  kind: number,
  from: string | readonly string[],
  settings: Uint8Array = new Uint8Array(),
) => ({
  name,
  inputs: [from].flat() as string[],
  outputs: [name],
  kind,
  settings,
});

/** A Model with a network: a classifier where labels are given. */
export function coremlModel(layers: readonly CoremlLayerSpec[], labels?: readonly string[], kind = labels ? 403 : 500) {
  const network = message(
    ...layers.map(
      ({ name, inputs, outputs, kind, settings }): Field => [
        1,
        message(
          [1, name],
          ...inputs.map((input): Field => [2, input]),
          ...outputs.map((output): Field => [3, output]),
          [kind, settings],
        ),
      ],
    ),
    ...(labels ? [[100, message(...labels.map((label): Field => [1, label]))] as Field] : []),
  );
  const description = message([1, message([1, 'image'])], [10, message([1, 'classLabel'])]);
  return message([1, 4], [2, description], [kind, network]);
}
