import { printable } from '../../base/bytes/printable.ts';
import { FormatError } from '../../base/errors.ts';
import { isObject, shown } from '../../formats/json/parse-json.ts';
import type { NodeRole } from '../graph/graph.ts';
import type { LayerConfig } from './layer-config.ts';

/** Layers that scores pass by their first input, and that keep class and row together. */
const PASSABLE: ReadonlySet<string> = new Set([
  'Activation',
  'Softmax',
  'ReLU',
  'LeakyReLU',
  'PReLU',
  'ELU',
  'ThresholdedReLU',
  'Dropout',
  'SpatialDropout1D',
  'SpatialDropout2D',
  'GaussianDropout',
  'GaussianNoise',
  'AlphaDropout',
  'ActivityRegularization',
  'Identity',
  'Flatten',
  'Reshape',
  'GlobalAveragePooling1D',
  'GlobalAveragePooling2D',
  'AveragePooling1D',
  'AveragePooling2D',
]);

const SUMS: ReadonlySet<string> = new Set(['Add', 'Average', 'Subtract']);
const CONVOLUTIONS: ReadonlySet<string> = new Set(['Conv1D', 'Conv2D', 'Convolution1D', 'Convolution2D']);

/** What the head walk knows of a layer called with `inputs` tensors; the kernel of a linear one comes behind them. */
export function layerRole({ className, config }: LayerConfig, inputs: number): NodeRole {
  if (PASSABLE.has(className)) return { kind: 'pass' };
  if (SUMS.has(className) || (className === 'Merge' && (config.mode === 'sum' || config.mode === 'ave')))
    return { kind: 'sum', inputs: Array.from({ length: inputs }, (_, i) => i) };
  if (className === 'Dense')
    return { kind: 'linear', operands: [{ weight: inputs, data: 0, classes: 'last', matrix: true }] };
  if (CONVOLUTIONS.has(className) && (config.groups ?? 1) === 1) {
    // Keras 1 on Theano keeps kernels as filters × channels × rows × columns.
    const classes = config.dim_ordering === 'th' ? 'first' : 'last';
    return { kind: 'linear', operands: [{ weight: inputs, data: 0, classes }] };
  }
  return { kind: 'other' };
}

/** The activation within a layer ("softmax"), a step of its own for the walk; undefined where it does nothing. */
export function innerActivation(file: string, { name, className, config }: LayerConfig): string | undefined {
  const { activation } = config;
  if (className === 'Activation' || activation === undefined || activation === null || activation === 'linear')
    return undefined;
  return activationName(file, name, activation);
}

/**
 * The name of an activation, written as a text or as { class_name, config }.
 * @throws FormatError when it is neither; `layer` is for the message.
 */
export function activationName(file: string, layer: string, activation: unknown): string {
  if (typeof activation === 'string') return activation;
  const { class_name: name, config: inner } = isObject(activation) ? activation : {};
  const found = typeof inner === 'string' ? inner : name;
  if (typeof found === 'string') return found;
  throw new FormatError(
    `${file}: the activation of layer ${printable(layer)} is ${shown(activation)}, where a name is expected.`,
  );
}
