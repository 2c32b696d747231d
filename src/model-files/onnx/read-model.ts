import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError } from '../../base/errors.ts';
import { LIMITS } from '../../formats/limits.ts';
import type { ProtoReader, Span } from '../../formats/protobuf/read-protobuf.ts';
import { TENSOR_LIMITS } from '../../tensor/check-shape.ts';
import { formatShape } from '../../tensor/tensor.ts';
import type { ExternalFiles } from './external-data.ts';
import { readEntry, readTensorProto, readVarints, type StoredTensor, typeName } from './tensor-proto.ts';

/** Numbers in one attribute: shapes, axes, permutations and small constants. */
const MAX_ATTRIBUTE_INTS = 100_000;

/** Nodes of one graph; the largest exported networks have some 20,000. */
const MAX_NODES = 100_000;

/** Bodies within one another: an If within a Loop has two. */
const MAX_BODY_DEPTH = 16;

/** Bytes of a text that is read; attributes with longer ones are data of other tools. */
const MAX_TEXT = 256;

const NO_ATTRIBUTES: ReadonlyMap<string, OnnxAttribute> = new Map();

export interface OnnxModel {
  readonly irVersion: number;
  readonly producer: string;
  readonly producerVersion: string;
  /** Operator sets, such as "ai.onnx 13". */
  readonly opsets: readonly string[];
  readonly properties: ReadonlyMap<string, string>;
  readonly graph: OnnxGraph;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  /** Initializers and the values of Constant nodes, in file order. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** Number of dimensions where the file tells it. */
  readonly ranks: ReadonlyMap<string, number>;
}

export interface OnnxNode {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

export interface OnnxAttribute {
  readonly int: number | undefined;
  /** A single float, such as epsilon. */
  readonly float: number | undefined;
  readonly ints: readonly number[];
  /** A text, such as the equation of an Einsum. */
  readonly text?: string;
  /** The body of an If, Loop or Scan. */
  readonly body?: OnnxGraph;
}

export interface ValueInfo {
  readonly name: string;
  /** Such as "f32 N×3×224×224"; just the type where no shape is given. */
  readonly description: string;
  readonly rank: number | undefined;
}

/** Reads a ModelProto: everything but the weights. */
export async function readOnnxModel(proto: ProtoReader, external: ExternalFiles): Promise<OnnxModel> {
  const whole = { start: 0, end: proto.source.byteLength };
  let irVersion = 0;
  let producer = '';
  let producerVersion = '';
  let graph: OnnxGraph | undefined;
  const opsets: string[] = [];
  const properties = new Map<string, string>();
  for await (const field of proto.fields('the ONNX model', whole)) {
    if (field.number === 1 && field.wire === 0) irVersion = field.value;
    if (field.wire !== 2) continue;
    if (field.number === 2) producer = await proto.text('the producer name', field);
    else if (field.number === 3) producerVersion = await proto.text('the producer version', field);
    else if (field.number === 7)
      graph = await readGraph(proto, field, external, { depth: 0, nodes: { left: MAX_NODES } });
    else if (field.number === 8) opsets.push(await readOpset(proto, field));
    else if (field.number === 14) await readEntry(proto, field, properties);
  }
  if (!graph) throw new FormatError(`${proto.source.name}: the ONNX model has no graph.`);
  return { irVersion, producer, producerVersion, opsets, properties, graph };
}

async function readOpset(proto: ProtoReader, span: Span): Promise<string> {
  let domain = '';
  let version = 0;
  for await (const field of proto.fields('an operator set', span)) {
    if (field.number === 1 && field.wire === 2) domain = await proto.text('the domain of an operator set', field);
    else if (field.number === 2) version = field.value;
  }
  return `${domain || 'ai.onnx'} ${version}`;
}

/** How deep a graph lies in bodies of others, and how many nodes all of them may still have. */
interface Nesting {
  readonly depth: number;
  readonly nodes: { left: number };
}

async function readGraph(
  proto: ProtoReader,
  span: Span,
  external: ExternalFiles,
  nesting: Nesting,
): Promise<OnnxGraph> {
  const file = proto.source.name;
  const nodes: OnnxNode[] = [];
  const tensors = new Map<string, StoredTensor>();
  const inputs: ValueInfo[] = [];
  const outputs: ValueInfo[] = [];
  const ranks = new Map<string, number>();
  const made = new Set<string>();
  let name = '';
  const addTensor = (tensor: StoredTensor | undefined) => {
    if (!tensor) return;
    if (tensors.has(tensor.name)) throw new FormatError(`${file}: two stored tensors have the name ${tensor.name}.`);
    tensors.set(tensor.name, tensor);
    checkLimit(file, 'the number of tensors', tensors.size, LIMITS.tensors);
  };
  const addRank = (info: ValueInfo) => {
    if (info.rank !== undefined) ranks.set(info.name, info.rank);
    return info;
  };
  for await (const field of proto.fields('the ONNX graph', span)) {
    if (field.wire !== 2) continue;
    if (field.number === 1) {
      const { node, constant } = await readNode(proto, field, external, nesting);
      for (const output of node.outputs) {
        if (output !== '' && made.has(output))
          throw new FormatError(`${file}: tensor ${output} is the output of two nodes.`);
        made.add(output);
      }
      nodes.push(node);
      checkLimit(file, 'the number of nodes', MAX_NODES - --nesting.nodes.left, MAX_NODES);
      addTensor(constant);
    } else if (field.number === 2) name = await proto.text('the graph name', field);
    else if (field.number === 5) addTensor(await readTensorProto(proto, field, external));
    else if (field.number === 11) inputs.push(addRank(await readValueInfo(proto, field)));
    else if (field.number === 12) outputs.push(addRank(await readValueInfo(proto, field)));
    else if (field.number === 13) addRank(await readValueInfo(proto, field));
  }
  return { name, nodes, tensors, inputs, outputs, ranks };
}

async function readNode(
  proto: ProtoReader,
  span: Span,
  external: ExternalFiles,
  nesting: Nesting,
): Promise<{ node: OnnxNode; constant: StoredTensor | undefined }> {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributeSpans: Span[] = [];
  let op = '';
  let domain = '';
  for await (const field of proto.fields('a node', span)) {
    if (field.wire !== 2) continue;
    if (field.number === 1) inputs.push(await proto.text('an input name', field));
    else if (field.number === 2) outputs.push(await proto.text('an output name', field));
    else if (field.number === 4) op = await proto.text('an operator name', field);
    else if (field.number === 5) attributeSpans.push({ start: field.start, end: field.end });
    else if (field.number === 7) domain = await proto.text('an operator domain', field);
  }
  const attributes = new Map<string, OnnxAttribute>();
  let constant: StoredTensor | undefined;
  for (const attributeSpan of attributeSpans) {
    const { name, attribute, tensor, floats, body } = await readAttribute(proto, attributeSpan);
    attributes.set(name, body ? { ...attribute, body: await readBody(proto, body, external, nesting) } : attribute);
    if (op !== 'Constant' || outputs[0] === undefined) continue;
    if (tensor) constant = await readTensorProto(proto, tensor, external, outputs[0]);
    else if (name === 'value_int') constant = intsTensor(outputs[0], [attribute.int ?? 0], []);
    else if (name === 'value_ints') constant = intsTensor(outputs[0], attribute.ints, [attribute.ints.length]);
    else if (name === 'value_float') constant = floatsTensor(proto, outputs[0], floats, true);
    else if (name === 'value_floats') constant = floatsTensor(proto, outputs[0], floats, false);
  }
  const node = { op, domain, inputs, outputs, attributes: attributes.size > 0 ? attributes : NO_ATTRIBUTES };
  return { node, constant };
}

function readBody(proto: ProtoReader, span: Span, external: ExternalFiles, nesting: Nesting): Promise<OnnxGraph> {
  const depth = nesting.depth + 1;
  checkLimit(proto.source.name, 'the number of bodies within one another', depth, MAX_BODY_DEPTH);
  return readGraph(proto, span, external, { ...nesting, depth });
}

async function readAttribute(proto: ProtoReader, span: Span) {
  const ints: number[] = [];
  const floats: Span[] = [];
  let name = '';
  let int: number | undefined;
  let float: number | undefined;
  let tensor: Span | undefined;
  let text: string | undefined;
  let body: Span | undefined;
  for await (const field of proto.fields('an attribute', span)) {
    const at = { start: field.start, end: field.end };
    if (field.number === 1 && field.wire === 2) name = await proto.text('an attribute name', field);
    else if (field.number === 3) int = field.value;
    else if (field.number === 4 && field.wire === 2 && at.end - at.start <= MAX_TEXT)
      text = await proto.text('an attribute', field);
    else if (field.number === 5 && field.wire === 2) tensor = at;
    else if (field.number === 6 && field.wire === 2) body = at;
    else if (field.number === 8) await readVarints(proto, 'an attribute', field, ints, MAX_ATTRIBUTE_INTS);
    else if (field.number === 2 || field.number === 7) {
      floats.push(at);
      if (field.number === 2 && field.wire === 5) {
        const bytes = await proto.bytes('an attribute', field);
        float = new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true);
      }
    }
  }
  const attribute: OnnxAttribute = { int, float, ints, ...(text === undefined ? {} : { text }) };
  return { name, attribute, tensor, floats, body };
}

function intsTensor(name: string, values: readonly number[], shape: readonly number[]): StoredTensor {
  return { name, dtype: 'i64', shape, read: async () => ({ shape, data: Float64Array.from(values) }) };
}

function floatsTensor(proto: ProtoReader, name: string, spans: readonly Span[], isScalar: boolean): StoredTensor {
  const count = spans.reduce((sum, { start, end }) => sum + Math.floor((end - start) / 4), 0);
  const shape = isScalar && count === 1 ? [] : [count];
  return {
    name,
    dtype: 'f32',
    shape,
    async read() {
      const data = new Float32Array(count);
      let n = 0;
      for (const span of spans) {
        const bytes = await proto.bytes(`tensor ${name}`, span);
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        for (let at = 0; at + 4 <= bytes.length; at += 4) data[n++] = view.getFloat32(at, true);
      }
      return { shape, data };
    },
  };
}

/** A graph input or output: its name and its tensor type, as far as they are given. */
async function readValueInfo(proto: ProtoReader, span: Span): Promise<ValueInfo> {
  let name = '';
  let type: Span | undefined;
  for await (const field of proto.fields('a graph input or output', span)) {
    if (field.wire !== 2) continue;
    if (field.number === 1) name = await proto.text('the name of a graph input or output', field);
    else if (field.number === 2) type = { start: field.start, end: field.end };
  }
  let element = 0;
  let dims: string[] | undefined;
  if (type)
    for await (const field of proto.fields('a type', type)) {
      if (field.number !== 1 || field.wire !== 2) continue;
      for await (const part of proto.fields('a tensor type', field)) {
        if (part.number === 1) element = part.value;
        else if (part.number === 2 && part.wire === 2) dims = await readDims(proto, part);
      }
    }
  const known = dims === undefined ? [] : [dims.length === 0 ? formatShape([]) : dims.join('×')];
  return { name, description: [typeName(element), ...known].join(' '), rank: dims?.length };
}

async function readDims(proto: ProtoReader, span: Span): Promise<string[]> {
  const dims: string[] = [];
  for await (const field of proto.fields('a shape', span)) {
    if (field.number !== 1 || field.wire !== 2) continue;
    let text = '?';
    for await (const part of proto.fields('a dimension', field)) {
      if (part.number === 1) text = String(part.value);
      else if (part.number === 2 && part.wire === 2) text = await proto.text('a dimension name', part);
    }
    dims.push(text);
    checkLimit(
      proto.source.name,
      'the number of dimensions of a graph input or output',
      dims.length,
      TENSOR_LIMITS.dimensions,
    );
  }
  return dims;
}
