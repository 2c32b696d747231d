/** Small ONNX files for tests: a protobuf writer and the few messages of ONNX that the readers look at. */

/** Field number and payload: a number is written as a varint, text and bytes with their length. */
export type Field = readonly [number: number, value: number | bigint | string | Uint8Array];

export function message(...fields: readonly Field[]): Uint8Array {
  const out: number[] = [];
  for (const [number, value] of fields) {
    if (typeof value === 'number' || typeof value === 'bigint') out.push(...varint(number * 8), ...varint(value));
    else {
      const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
      out.push(...varint(number * 8 + 2), ...varint(bytes.length));
      for (const byte of bytes) out.push(byte);
    }
  }
  return Uint8Array.from(out);
}

export function varint(value: number | bigint): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const out: number[] = [];
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    out.push(rest > 0n ? low | 128 : low);
  } while (rest > 0n);
  return out;
}

/** Numbers of TensorProto.DataType. */
export const ONNX_TYPES = {
  f32: 1,
  u8: 2,
  i8: 3,
  i32: 6,
  i64: 7,
  string: 8,
  bool: 9,
  f16: 10,
  f64: 11,
  bf16: 16,
  i4: 22,
};

export interface TensorSpec {
  name?: string;
  type?: keyof typeof ONNX_TYPES;
  shape: readonly number[];
  /** Raw bytes of the values, or float32 values; absent when `fields` has them. */
  raw?: Uint8Array;
  values?: readonly number[];
  /** Further fields as they are: typed data, external data. */
  fields?: readonly Field[];
}

export function tensorProto({ name, type = 'f32', shape, raw, values, fields = [] }: TensorSpec): Uint8Array {
  const bytes = raw ?? (values && packed(values, type));
  return message(
    ...shape.map((d): Field => [1, d]),
    [2, ONNX_TYPES[type]],
    ...(name === undefined ? [] : [[8, name] as Field]),
    ...(bytes ? [[9, bytes] as Field] : []),
    ...fields,
  );
}

/** Values as the bytes of raw_data. */
export function packed(values: readonly number[], type: keyof typeof ONNX_TYPES): Uint8Array {
  switch (type) {
    case 'i64':
      return new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    case 'i32':
      return new Uint8Array(Int32Array.from(values).buffer);
    case 'i8':
      return new Uint8Array(Int8Array.from(values).buffer);
    case 'u8':
      return Uint8Array.from(values);
    default:
      return new Uint8Array(Float32Array.from(values).buffer);
  }
}

export interface NodeSpec {
  op: string;
  inputs: readonly string[];
  outputs: readonly string[];
  domain?: string;
  attributes?: Readonly<Record<string, AttributeSpec>>;
}

/** An integer, integers, a tensor, or further fields of the attribute as bytes. */
export type AttributeSpec = number | readonly number[] | TensorSpec | Uint8Array;

export function nodeProto({ op, inputs, outputs, domain, attributes = {} }: NodeSpec): Uint8Array {
  return message(
    ...inputs.map((name): Field => [1, name]),
    ...outputs.map((name): Field => [2, name]),
    [4, op],
    ...Object.entries(attributes).map(([name, value]): Field => [5, attributeProto(name, value)]),
    ...(domain === undefined ? [] : [[7, domain] as Field]),
  );
}

function attributeProto(name: string, value: AttributeSpec): Uint8Array {
  if (value instanceof Uint8Array) return Uint8Array.from([...message([1, name]), ...value]);
  if (typeof value === 'number') return message([1, name], [3, value], [20, 2]);
  if ('shape' in value) return message([1, name], [5, tensorProto(value)], [20, 4]);
  return message([1, name], ...value.map((v): Field => [8, v]), [20, 7]);
}

/** A graph input or output; dimensions are numbers, or names where they are free. */
export function valueInfo(name: string, shape?: readonly (number | string)[]): Uint8Array {
  const dims = shape?.map((d): Field => [1, typeof d === 'number' ? message([1, d]) : message([2, d])]);
  const tensor = message([1, 1], ...(dims ? [[2, message(...dims)] as Field] : []));
  return message([1, name], [2, message([1, tensor])]);
}

export interface OnnxSpec {
  nodes?: readonly NodeSpec[];
  tensors?: readonly TensorSpec[];
  inputs?: readonly Uint8Array[];
  outputs?: readonly (string | Uint8Array)[];
  /** Further fields of the graph and of the model. */
  graphFields?: readonly Field[];
  modelFields?: readonly Field[];
}

export function writeOnnx(spec: OnnxSpec): Uint8Array {
  const graph = message(
    ...(spec.nodes ?? []).map((node): Field => [1, nodeProto(node)]),
    [2, 'test'],
    ...(spec.tensors ?? []).map((tensor): Field => [5, tensorProto(tensor)]),
    ...(spec.inputs ?? []).map((input): Field => [11, input]),
    ...(spec.outputs ?? []).map((output): Field => [12, typeof output === 'string' ? valueInfo(output) : output]),
    ...(spec.graphFields ?? []),
  );
  return message([1, 8], [2, 'semblance-test'], [7, graph], [8, message([2, 17])], ...(spec.modelFields ?? []));
}
