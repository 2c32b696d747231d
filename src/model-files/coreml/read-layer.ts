import type { FileBudget } from '../../base/bytes/file-budget.ts';
import { checkLimit } from '../../base/bytes/read-range.ts';
import type { ProtoReader, Span } from '../../formats/protobuf/read-protobuf.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { readVarints } from '../onnx/tensor-proto.ts';
import { weightEntry } from './weight-params.ts';

/** A layer of a network of Core ML. */
export interface CoremlLayer {
  readonly name: string;
  /** The number of its kind: the field of NeuralNetworkLayer that holds its settings. */
  readonly kind: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly weights: readonly TensorEntry[];
  /** Of a convolution: whether each output reads all channels, and is no transposed one. */
  readonly isPlain: boolean;
  /** The function of an activation, or the kind of a pooling, by its number. */
  readonly function: number;
}

/** Kinds of layers, by number. */
export const KIND = { convolution: 100, pooling: 120, activation: 130, innerProduct: 140, batchnorm: 160 } as const;

/** Names that a layer reads or writes; real ones have a few. */
const MAX_NAMES = 4_096;

/** Reads a NeuralNetworkLayer: everything but the values. */
export async function readCoremlLayer(proto: ProtoReader, span: Span, budget: FileBudget): Promise<CoremlLayer> {
  let name = '';
  let kind = 0;
  let settings: Span | undefined;
  const inputs: string[] = [];
  const outputs: string[] = [];
  for await (const field of proto.fields('a layer', span)) {
    budget.charge('steps', 1, 'the layers of the model');
    if (field.wire !== 2) continue;
    if (field.number === 1) name = await proto.text('the name of a layer', field);
    else if (field.number === 2) inputs.push(await proto.text('what a layer reads', field));
    else if (field.number === 3) outputs.push(await proto.text('what a layer writes', field));
    else if (field.number >= KIND.convolution) {
      kind = field.number;
      settings = { start: field.start, end: field.end };
    }
    checkLimit(proto.source.name, `the number of names of layer ${name}`, inputs.length + outputs.length, MAX_NAMES);
  }
  const base = { name, kind, inputs, outputs, weights: [], isPlain: false, function: 0 };
  if (!settings) return base;
  switch (kind) {
    case KIND.convolution:
      return { ...base, ...(await readConvolution(proto, name, settings)) };
    case KIND.innerProduct:
      return { ...base, isPlain: true, weights: await readInnerProduct(proto, name, settings) };
    case KIND.batchnorm:
      return { ...base, weights: await readNormalisation(proto, name, settings) };
    case KIND.activation:
      for await (const field of proto.fields('an activation', settings)) return { ...base, function: field.number };
      return base;
    case KIND.pooling:
      for await (const field of proto.fields('a pooling', settings))
        if (field.number === 1 && field.wire === 0) return { ...base, function: field.value };
      return base;
    default:
      return base;
  }
}

async function readConvolution(proto: ProtoReader, name: string, span: Span) {
  let [outputs, channels, groups] = [0, 0, 1];
  let isTransposed = false;
  const kernel: number[] = [];
  let weights: Span | undefined;
  let bias: Span | undefined;
  for await (const field of proto.fields('a convolution', span)) {
    const { number, wire, value } = field;
    if (number === 1 && wire === 0) outputs = value;
    else if (number === 2 && wire === 0) channels = value;
    else if (number === 10 && wire === 0) groups = value || 1;
    else if (number === 20) await readVarints(proto, 'the size of a kernel', field, kernel, 2);
    else if (number === 60) isTransposed = value !== 0;
    else if (number === 90 && wire === 2) weights = field;
    else if (number === 91 && wire === 2) bias = field;
  }
  const [height = 3, width = 3] = kernel;
  const shape = isTransposed ? [channels, outputs / groups, height, width] : [outputs, channels, height, width];
  return {
    isPlain: groups === 1 && !isTransposed,
    weights: await pair(proto, name, weights, shape, bias, outputs),
  };
}

async function readInnerProduct(proto: ProtoReader, name: string, span: Span): Promise<TensorEntry[]> {
  let [inputs, outputs] = [0, 0];
  let weights: Span | undefined;
  let bias: Span | undefined;
  for await (const field of proto.fields('an inner product', span)) {
    if (field.number === 1 && field.wire === 0) inputs = field.value;
    else if (field.number === 2 && field.wire === 0) outputs = field.value;
    else if (field.number === 20 && field.wire === 2) weights = field;
    else if (field.number === 21 && field.wire === 2) bias = field;
  }
  return pair(proto, name, weights, [outputs, inputs], bias, outputs);
}

async function pair(
  proto: ProtoReader,
  name: string,
  weights: Span | undefined,
  shape: readonly number[],
  bias: Span | undefined,
  outputs: number,
): Promise<TensorEntry[]> {
  return [
    ...(weights ? [await weightEntry(proto, weights, `${name}.weight`, shape)] : []),
    ...(bias ? [await weightEntry(proto, bias, `${name}.bias`, [outputs])] : []),
  ];
}

async function readNormalisation(proto: ProtoReader, name: string, span: Span): Promise<TensorEntry[]> {
  const parts = ['gamma', 'beta', 'mean', 'variance'];
  const found: { part: string; span: Span }[] = [];
  let channels = 0;
  for await (const field of proto.fields('a normalisation', span)) {
    const part = parts[field.number - 15];
    if (field.number === 1 && field.wire === 0) channels = field.value;
    else if (part !== undefined && field.wire === 2 && found.length < parts.length) found.push({ part, span: field });
  }
  const entries: TensorEntry[] = [];
  for (const { part, span } of found) entries.push(await weightEntry(proto, span, `${name}.${part}`, [channels]));
  return entries;
}
