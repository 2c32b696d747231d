/** Small files of TensorFlow for tests: graphs, functions, tables of checkpoints and SavedModels. */
import { maskedCrc32c } from '#src/formats/sstable/crc32c.ts';
import { type Field, message, varint } from './onnx-writer.ts';

/** Numbers of DataType. */
export const TYPES = {
  float: 1,
  double: 2,
  int32: 3,
  uint8: 4,
  int8: 6,
  string: 7,
  int64: 9,
  bool: 10,
  qint8: 11,
  quint8: 12,
  bfloat16: 14,
  half: 19,
} as const;

export const floatBytes = (values: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
const shapeProto = (shape: readonly number[]): Uint8Array => message(...shape.map((d): Field => [2, message([1, d])]));

export interface ConstSpec {
  type?: keyof typeof TYPES;
  shape: readonly number[];
  /** Values as tensor_content in float32, or any fields of TensorProto. */
  values?: readonly number[];
  fields?: readonly Field[];
}

export function tensorProto({ type = 'float', shape, values, fields = [] }: ConstSpec): Uint8Array {
  const content: Field[] = values ? [[4, floatBytes(values)]] : [];
  return message([1, TYPES[type]], [2, shapeProto(shape)], ...content, ...fields);
}

/** Attributes: true, a number, a text, a type as { type }, a tensor, a function as { f }, integers. */
export type Attribute = boolean | number | string | { type: number } | { f: string } | ConstSpec | readonly number[];

export interface NodeSpec {
  name: string;
  op: string;
  inputs?: readonly string[];
  attributes?: Readonly<Record<string, Attribute>>;
}

function attributeValue(value: Attribute): Uint8Array {
  if (typeof value === 'boolean') return message([5, value ? 1 : 0]);
  if (typeof value === 'number') return message([3, value]);
  if (typeof value === 'string') return message([2, value]);
  if (Array.isArray(value)) return message([1, message([3, Uint8Array.from(value.flatMap((v) => varint(v)))])]);
  if ('f' in value) return message([10, message([1, value.f])]);
  if ('shape' in value) return message([8, tensorProto(value as ConstSpec)]);
  return message([6, (value as { type: number }).type]);
}

export function nodeDef({ name, op, inputs = [], attributes = {} }: NodeSpec): Uint8Array {
  return message(
    [1, name],
    [2, op],
    ...inputs.map((input): Field => [3, input]),
    ...Object.entries(attributes).map(([key, value]): Field => [5, message([1, key], [2, attributeValue(value)])]),
  );
}

export const constant = (name: string, value: ConstSpec): NodeSpec => ({
  name,
  op: 'Const',
  attributes: { dtype: { type: TYPES[value.type ?? 'float'] }, value },
});

export interface FunctionSpec {
  name: string;
  inputs: readonly string[];
  /** Results by their names: which tensor of the body each is. */
  results: Readonly<Record<string, string>>;
  nodes: readonly NodeSpec[];
}

function functionDef({ name, inputs, results, nodes }: FunctionSpec): Uint8Array {
  const signature = message(
    [1, name],
    ...inputs.map((input): Field => [2, message([1, input])]),
    ...Object.keys(results).map((output): Field => [3, message([1, output])]),
  );
  return message(
    [1, signature],
    ...nodes.map((node): Field => [3, nodeDef(node)]),
    ...Object.entries(results).map(([key, value]): Field => [4, message([1, key], [2, value])]),
  );
}

export function graphDef(nodes: readonly NodeSpec[], functions: readonly FunctionSpec[] = []): Uint8Array {
  const library: Field[] =
    functions.length > 0 ? [[2, message(...functions.map((one): Field => [1, functionDef(one)]))]] : [];
  return message(...nodes.map((node): Field => [1, nodeDef(node)]), ...library, [4, message([1, 2000])]);
}

export interface SavedModelSpec {
  graph: Uint8Array;
  tags?: readonly string[];
  /** Outputs of each signature. */
  signatures?: Readonly<Record<string, readonly string[]>>;
}

export function savedModel({ graph, tags = ['serve'], signatures = {} }: SavedModelSpec): Uint8Array {
  const meta = message(
    [1, message(...tags.map((tag): Field => [4, tag]), [5, '2.21.0'])],
    [2, graph],
    ...Object.entries(signatures).map(([name, outputs]): Field => {
      const infos = outputs.map((output, i): Field => [2, message([1, `out${i}`], [2, message([1, output])])]);
      return [5, message([1, name], [2, message(...infos)])];
    }),
  );
  return message([1, 1], [2, meta]);
}

const little = (value: number): number[] => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];

/** A block of a table: entries with what keys share left out, then the places where nothing is. */
export function tableBlock(entries: readonly (readonly [string | Uint8Array, Uint8Array])[]): number[] {
  const out: number[] = [];
  let last: Uint8Array = new Uint8Array(0);
  for (const [name, value] of entries) {
    const key = typeof name === 'string' ? new TextEncoder().encode(name) : name;
    let shared = 0;
    while (shared < last.length && shared < key.length && last[shared] === key[shared]) shared++;
    out.push(...varint(shared), ...varint(key.length - shared), ...varint(value.length), ...key.subarray(shared));
    for (const byte of value) out.push(byte);
    last = key;
  }
  return [...out, ...little(0), ...little(1)];
}

/** A table of blocks, each of which is compressed in the way that is given with it. */
export function writeTable(
  blocks: readonly { bytes: readonly number[]; compression?: number; checksum?: number }[],
  size?: (length: number) => number,
): Uint8Array {
  const out: number[] = [];
  const append = ({ bytes, compression = 0, checksum }: (typeof blocks)[number]): number[] => {
    const at = out.length;
    const whole = Uint8Array.from([...bytes, compression]);
    for (const byte of whole) out.push(byte);
    out.push(...little(checksum ?? maskedCrc32c(whole)));
    return [...varint(at), ...varint(size ? size(bytes.length) : bytes.length)];
  };
  const handles = blocks.map((block, i) => [`~${i}`, Uint8Array.from(append(block))] as const);
  const meta = append({ bytes: tableBlock([]) });
  const index = append({ bytes: tableBlock(handles) });
  const footer = [...meta, ...index];
  const magic = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
  return Uint8Array.from([...out, ...footer, ...new Array<number>(40 - footer.length).fill(0), ...magic]);
}

/** Literals alone, which Snappy allows. */
export function snappyLiterals(bytes: readonly number[]): number[] {
  const out = [...varint(bytes.length)];
  for (let at = 0; at < bytes.length; at += 60) {
    const part = bytes.slice(at, at + 60);
    out.push((part.length - 1) << 2, ...part);
  }
  return out;
}

export interface VariableSpec {
  type?: keyof typeof TYPES;
  shape: readonly number[];
  values?: readonly number[];
  bytes?: Uint8Array;
  /** Further fields of BundleEntryProto: slices. */
  fields?: readonly Field[];
  start?: number;
  size?: number;
  shard?: number;
  crc?: number;
}

export const HEADER = message([1, 1], [3, message([1, 1])]);

/** BundleEntryProto. */
export function bundleEntry(spec: VariableSpec, bytes: Uint8Array, start: number): Uint8Array {
  const crc = spec.crc ?? maskedCrc32c(bytes);
  return Uint8Array.from([
    ...message(
      [1, TYPES[spec.type ?? 'float']],
      [2, shapeProto(spec.shape)],
      [3, spec.shard ?? 0],
      [4, spec.start ?? start],
      [5, spec.size ?? bytes.length],
    ),
    6 * 8 + 5,
    ...little(crc),
    ...message(...(spec.fields ?? [])),
  ]);
}

/** Names of variables for the graph of objects, by their keys. */
export function objectGraph(names: Readonly<Record<string, string>>): VariableSpec {
  const text = message(
    ...Object.entries(names).map(
      ([key, name]): Field => [1, message([2, message([1, 'VARIABLE_VALUE'], [2, name], [3, key])])],
    ),
  );
  return { type: 'string', shape: [], bytes: Uint8Array.from([...varint(text.length), 0, 0, 0, 0, ...text]) };
}

/** The index and the data of a checkpoint; `write` makes the table of the entries. */
export function checkpoint(
  variables: Readonly<Record<string, VariableSpec>>,
  write = (entries: readonly (readonly [string, Uint8Array])[]) => writeTable([{ bytes: tableBlock(entries) }]),
): { index: Uint8Array; data: Uint8Array } {
  const data: number[] = [];
  const entries = Object.entries(variables)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, spec]) => {
      const bytes = spec.bytes ?? floatBytes(spec.values ?? []);
      const start = data.length;
      for (const byte of bytes) data.push(byte);
      return [key, bundleEntry(spec, bytes, start)] as const;
    });
  return { index: write([['', HEADER], ...entries]), data: Uint8Array.from(data) };
}
