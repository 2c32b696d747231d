import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError } from '../../base/errors.ts';
import { LIMITS } from '../../formats/limits.ts';
import { decodeVarint, type ProtoReader, type Span } from '../../formats/protobuf/read-protobuf.ts';
import { MAX_SMALL_CONSTANT } from '../graph/tensorflow-graph.ts';
import type { TensorflowAttribute } from '../graph/tensorflow-node.ts';

/** A node as its NodeDef has it: inputs are written as the graph or function that it stands in writes them. */
export interface NodeDef {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes: ReadonlyMap<string, TensorflowAttribute>;
  /** The TensorProto of a Const. */
  readonly value?: Span;
}

/** A function of the library. Its body is read when a node calls it. */
export interface FunctionDef {
  /** Names of its arguments and results, in order. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly NodeDef[];
  /** Which tensor of the body each result is. */
  readonly results: ReadonlyMap<string, string>;
}

export interface GraphDef {
  readonly nodes: readonly NodeDef[];
  /** Where each function of the library stands, by its name. */
  readonly functions: ReadonlyMap<string, Span>;
}

/** Attributes that are of use here; all others are passed over, unread. */
const ATTRIBUTES: ReadonlySet<string> = new Set([
  'DstT',
  'T',
  'adj_y',
  'axis',
  'begin_mask',
  'dtype',
  'ellipsis_mask',
  'end_mask',
  'f',
  'fused_ops',
  'keep_dims',
  'mode',
  'narrow_range',
  'new_axis_mask',
  'num_bits',
  'shared_name',
  'shrink_axis_mask',
  'squeeze_dims',
  'transpose_a',
  'transpose_b',
  'value',
]);

const NO_ATTRIBUTES: ReadonlyMap<string, TensorflowAttribute> = new Map();

/** Reads the GraphDef in `span`: its nodes, and where its functions stand. */
export async function readGraphDef(proto: ProtoReader, span: Span): Promise<GraphDef> {
  const nodes: NodeDef[] = [];
  const functions = new Map<string, Span>();
  for await (const field of proto.fields('the graph', span)) {
    if (field.wire !== 2) continue;
    if (field.number === 1) {
      nodes.push(await readNodeDef(proto, field));
      checkLimit(proto.source.name, 'the number of nodes', nodes.length, LIMITS.tensors);
    } else if (field.number === 2) await listFunctions(proto, field, functions);
  }
  return { nodes, functions };
}

async function listFunctions(proto: ProtoReader, library: Span, functions: Map<string, Span>): Promise<void> {
  for await (const field of proto.fields('the library of functions', library)) {
    if (field.number !== 1 || field.wire !== 2) continue;
    const { start, end } = field;
    const name = await functionName(proto, field);
    functions.set(name, { start, end });
    checkLimit(proto.source.name, 'the number of functions', functions.size, LIMITS.tensors);
  }
}

async function functionName(proto: ProtoReader, span: Span): Promise<string> {
  for await (const field of proto.fields('a function', span)) {
    if (field.number !== 1 || field.wire !== 2) continue;
    for await (const part of proto.fields('the signature of a function', field))
      if (part.number === 1 && part.wire === 2) return proto.text('the name of a function', part);
  }
  throw new FormatError(`${proto.source.name}: a function of the graph has no name.`);
}

/** Reads the FunctionDef in `span`. */
export async function readFunctionDef(proto: ProtoReader, span: Span, what: string): Promise<FunctionDef> {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const nodes: NodeDef[] = [];
  const results = new Map<string, string>();
  for await (const field of proto.fields(what, span)) {
    if (field.wire !== 2) continue;
    if (field.number === 1) {
      for await (const part of proto.fields(`the signature of ${what}`, field)) {
        if (part.wire !== 2 || (part.number !== 2 && part.number !== 3)) continue;
        (part.number === 2 ? inputs : outputs).push(await firstText(proto, part, `an argument of ${what}`));
      }
    } else if (field.number === 3) nodes.push(await readNodeDef(proto, field));
    else if (field.number === 4) {
      let key = '';
      let value = '';
      for await (const part of proto.fields(`a result of ${what}`, field)) {
        if (part.wire !== 2) continue;
        if (part.number === 1) key = await proto.text(`a result of ${what}`, part);
        else if (part.number === 2) value = await proto.text(`a result of ${what}`, part);
      }
      results.set(key, value);
    }
    checkLimit(
      proto.source.name,
      `the size of ${what}`,
      Math.max(inputs.length, outputs.length, nodes.length, results.size),
      LIMITS.tensors,
    );
  }
  return { inputs, outputs, nodes, results };
}

async function firstText(proto: ProtoReader, span: Span, what: string): Promise<string> {
  for await (const field of proto.fields(what, span))
    if (field.number === 1 && field.wire === 2) return proto.text(what, field);
  return '';
}

async function readNodeDef(proto: ProtoReader, span: Span): Promise<NodeDef> {
  let name = '';
  let op = '';
  let value: Span | undefined;
  const inputs: string[] = [];
  let attributes: Map<string, TensorflowAttribute> | undefined;
  for await (const field of proto.fields('a node', span)) {
    if (field.wire !== 2) continue;
    if (field.number === 1) name = await proto.text('the name of a node', field);
    else if (field.number === 2) op = await proto.text('the operator of a node', field);
    else if (field.number === 3) {
      const input = await proto.text('an input of a node', field);
      // Those with ^ say what runs first and carry nothing.
      if (!input.startsWith('^')) inputs.push(input);
    } else if (field.number === 5) {
      const found = await readAttribute(proto, field);
      if (!found) continue;
      attributes ??= new Map();
      attributes.set(found.key, found.attribute);
      if (found.key === 'value' && found.tensor) value = found.tensor;
    }
  }
  if (name === '' || op === '')
    throw new FormatError(
      `${proto.source.name}: a node of the graph at byte ${span.start} has no name or no operator.`,
    );
  return { name, op, inputs, attributes: attributes ?? NO_ATTRIBUTES, ...(value && { value }) };
}

async function readAttribute(proto: ProtoReader, span: Span) {
  let key = '';
  for await (const field of proto.fields('an attribute', span)) {
    if (field.wire !== 2) continue;
    // A map's key is written before its value.
    if (field.number === 1) key = await proto.text('the name of an attribute', field);
    else if (field.number === 2 && ATTRIBUTES.has(key)) return { key, ...(await readValue(proto, field, key)) };
  }
  return undefined;
}

async function readValue(proto: ProtoReader, span: Span, key: string) {
  const what = `the attribute ${key}`;
  let attribute: TensorflowAttribute = {};
  let tensor: Span | undefined;
  for await (const field of proto.fields(what, span)) {
    if (field.number === 1 && field.wire === 2) attribute = { ...attribute, ...(await readList(proto, field, what)) };
    else if (field.number === 2 && field.wire === 2) attribute = { ...attribute, text: await proto.text(what, field) };
    else if (field.number === 3 && field.wire === 0) attribute = { ...attribute, int: field.value };
    else if (field.number === 5 && field.wire === 0) attribute = { ...attribute, bool: field.value !== 0 };
    else if (field.number === 6 && field.wire === 0) attribute = { ...attribute, type: field.value };
    else if (field.number === 8 && field.wire === 2) tensor = { start: field.start, end: field.end };
    else if (field.number === 10 && field.wire === 2)
      attribute = { ...attribute, text: await firstText(proto, field, what) };
  }
  return { attribute, tensor };
}

async function readList(proto: ProtoReader, span: Span, what: string): Promise<TensorflowAttribute> {
  const ints: number[] = [];
  const texts: string[] = [];
  for await (const field of proto.fields(what, span)) {
    if (ints.length + texts.length >= MAX_SMALL_CONSTANT) break;
    if (field.number === 2 && field.wire === 2) texts.push(await proto.text(what, field));
    else if (field.number === 3 && field.wire === 0) ints.push(field.value);
    else if (field.number === 3 && field.wire === 2) {
      const bytes = await proto.bytes(what, { ...field, end: Math.min(field.end, field.start + MAX_SMALL_CONSTANT) });
      for (let at = 0; at < bytes.length; ) {
        const varint = decodeVarint(bytes, at, bytes.length);
        if (!varint) break;
        ints.push(varint.value);
        at = varint.next;
      }
    }
  }
  return { ...(ints.length > 0 && { ints }), ...(texts.length > 0 && { texts }) };
}
