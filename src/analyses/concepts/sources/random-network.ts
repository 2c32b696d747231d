import { type ByteSource, memorySource } from '../../../base/bytes/byte-source.ts';
import { type ProtoReader, protoReader, type Span } from '../../../formats/protobuf/read-protobuf.ts';
import { createRandom, type Random } from '../../../statistics/random.ts';

/** ONNX's number for 32-bit floats. */
const FLOAT = 1;

/** A network of the same architecture that has learnt nothing. */
export interface RandomNetwork {
  source: ByteSource;
  /** Weights that were drawn anew, and vectors whose entries changed places. */
  redrawn: number;
  permuted: number;
}

/**
 * An ONNX model with its weights drawn anew: every stored 32-bit float tensor of at least two axes longer than 1 becomes
 * normal numbers of the tensor's own mean and deviation, every vector (biases, gains, variances) its own entries in another
 * order, so that scales and signs stay sensible; single numbers stay. The file itself is left alone. Null where no weight
 * was found in the file: another type, or data beside it.
 */
export async function randomNetwork(source: ByteSource, seed: number): Promise<RandomNetwork | null> {
  const bytes = (await source.read(0, source.byteLength)).slice();
  const random = createRandom(seed);
  let redrawn = 0;
  let permuted = 0;
  const proto = protoReader(source);
  for (const tensor of await storedTensors(proto)) {
    const found = await floatsOf(proto, tensor);
    if (!found) continue;
    const { shape, span } = found;
    // Data in a protobuf file begins anywhere, so it is copied to where floats may lie.
    const values = new Float32Array(bytes.slice(span.start, span.end).buffer);
    if (shape.filter((size) => size > 1).length > 1) {
      redraw(values, random);
      redrawn++;
    } else if (values.length > 1) {
      const order = random.permutation(values.length);
      values.set(Float32Array.from(order, (k) => values[k]!));
      permuted++;
    }
    bytes.set(new Uint8Array(values.buffer), span.start);
  }
  if (redrawn === 0) return null;
  const made = memorySource(source.name, bytes);
  return { source: { ...made, sibling: (name) => source.sibling(name) }, redrawn, permuted };
}

function redraw(values: Float32Array, random: Random): void {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let variance = 0;
  for (const value of values) variance += (value - mean) ** 2 / values.length;
  const deviation = Math.sqrt(variance);
  for (let i = 0; i < values.length; i++) values[i] = mean + deviation * random.normal();
}

/** The tensors that a model stores: its initializers and the values of Constant nodes. */
async function storedTensors(proto: ProtoReader): Promise<Span[]> {
  const spans: Span[] = [];
  for await (const model of proto.fields('the ONNX model', { start: 0, end: proto.source.byteLength })) {
    if (model.number !== 7 || model.wire !== 2) continue;
    for await (const field of proto.fields('the ONNX graph', model)) {
      if (field.wire !== 2) continue;
      if (field.number === 5) spans.push(field);
      else if (field.number === 1)
        for await (const part of proto.fields('a node', field)) {
          if (part.number !== 5 || part.wire !== 2) continue;
          for await (const value of proto.fields('an attribute', part))
            if (value.number === 5 && value.wire === 2) spans.push(value);
        }
    }
  }
  return spans;
}

/** Shape and place of a tensor's 32-bit floats; null for other types and for data that is not in the file as a whole. */
async function floatsOf(proto: ProtoReader, tensor: Span): Promise<{ shape: number[]; span: Span } | null> {
  const shape: number[] = [];
  let type = 0;
  let span: Span | undefined;
  for await (const field of proto.fields('a tensor', tensor)) {
    if (field.number === 1 && field.wire === 0) shape.push(field.value);
    else if (field.number === 1) for (const value of await varints(proto, field)) shape.push(value);
    else if (field.number === 2) type = field.value;
    else if ((field.number === 9 || field.number === 4) && field.wire === 2) span = field;
  }
  const count = shape.reduce((product, size) => product * size, 1);
  return type === FLOAT && span && span.end - span.start === count * 4 ? { shape, span } : null;
}

async function varints(proto: ProtoReader, span: Span): Promise<number[]> {
  const values: number[] = [];
  let value = 0;
  let factor = 1;
  for (const byte of await proto.bytes('the shape of a tensor', span)) {
    value += (byte & 127) * factor;
    factor *= 128;
    if (byte < 128) {
      values.push(value);
      value = 0;
      factor = 1;
    }
  }
  return values;
}
