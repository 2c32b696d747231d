import { bytes, counting, f32, u32, u64 } from './byte-writer.ts';

/** A file of weights: the header of a version, pictures seen, then `values`. */
export function darknetWeights(values: readonly number[], version: readonly [number, number, number] = [0, 2, 5]) {
  const [major, minor] = version;
  return bytes(u32(...version), major * 10 + minor >= 2 ? u64(640) : u32(640), f32(...values));
}

/** A classifier of two convolutions, the second of which scores three classes at each place; 133 numbers. */
export const CLASSIFIER_CFG = `[net]
width=8
height=8
channels=3

[convolutional]
batch_normalize=1
filters=4
size=3
stride=1
pad=1
activation=leaky

[maxpool]
size=2
stride=2

[convolutional]
filters=3   # one for each class
size=1
stride=1
pad=1
activation=linear

[avgpool]

[softmax]
groups=1
`;

/** Biases, scales, means, variances and weights of the first convolution; biases and weights of the second. */
export const CLASSIFIER_VALUES = [...Array(16).fill(1), ...counting(108), ...[7, 8, 9], ...counting(12)];
