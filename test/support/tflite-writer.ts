/** Small TFLite files for tests: a flatbuffer writer and the tables of TFLite that the reader looks at. */

/** A value in a table, or what a table points at. `raw` writes a 32-bit offset as it is, for broken files. */
export type FlatValue =
  | { kind: 'u8' | 'i32' | 'u32' | 'u64' | 'raw'; value: number }
  | { kind: 'bytes'; bytes: Uint8Array; elementBytes: number }
  | { kind: 'table'; fields: readonly (FlatValue | undefined)[] }
  | { kind: 'tables'; items: readonly FlatValue[] };

export const u8 = (value: number): FlatValue => ({ kind: 'u8', value });
export const i32 = (value: number): FlatValue => ({ kind: 'i32', value });
export const u32 = (value: number): FlatValue => ({ kind: 'u32', value });
export const u64 = (value: number): FlatValue => ({ kind: 'u64', value });
export const raw = (value: number): FlatValue => ({ kind: 'raw', value });
export const table = (...fields: (FlatValue | undefined)[]): FlatValue => ({ kind: 'table', fields });
export const tables = (items: readonly FlatValue[]): FlatValue => ({ kind: 'tables', items });
export const text = (value: string): FlatValue => ({
  kind: 'bytes',
  bytes: new TextEncoder().encode(value),
  elementBytes: 1,
});
export const int32s = (values: readonly number[]): FlatValue => ({
  kind: 'bytes',
  bytes: new Uint8Array(Int32Array.from(values).buffer),
  elementBytes: 4,
});
export const float32s = (values: readonly number[]): FlatValue => ({
  kind: 'bytes',
  bytes: new Uint8Array(Float32Array.from(values).buffer),
  elementBytes: 4,
});
export const int64s = (values: readonly number[]): FlatValue => ({
  kind: 'bytes',
  bytes: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
  elementBytes: 8,
});

const SIZES = { u8: 1, i32: 4, u32: 4, raw: 4, u64: 8, bytes: 4, table: 4, tables: 4 };

/**
 * Writes the root table and all it points at, what is nearest to the root first, so that every offset points forward
 * even where several tables share one object, which is written once.
 */
export function writeFlatbuffer(root: FlatValue, identifier: string): Uint8Array {
  const out: number[] = [];
  const written = new Map<FlatValue, number>();
  const pending: { at: number; target: FlatValue }[] = [];
  const put = (value: number, bytes: number) => {
    for (let i = 0; i < bytes; i++) out.push(Math.floor(value / 256 ** i) & 255);
  };
  const align = () => {
    while (out.length % 4 !== 0) out.push(0);
  };
  /** A scalar in place, or an offset that is filled in when its target is written. */
  const putField = (field: FlatValue) => {
    if ('value' in field) return put(field.value, SIZES[field.kind]);
    pending.push({ at: out.length, target: field });
    put(0, 4);
  };

  function emit(value: FlatValue): number {
    align();
    let start = out.length;
    if (value.kind === 'bytes') {
      put(value.bytes.length / value.elementBytes, 4);
      for (const byte of value.bytes) out.push(byte);
      if (value.elementBytes === 1) out.push(0);
    } else if (value.kind === 'tables') {
      put(value.items.length, 4);
      for (const item of value.items) putField(item);
    } else if (value.kind === 'table') {
      let size = 4;
      const places = value.fields.map((field) => {
        if (!field) return 0;
        size += SIZES[field.kind];
        return size - SIZES[field.kind];
      });
      put(4 + places.length * 2, 2);
      put(size, 2);
      for (const place of places) put(place, 2);
      align();
      put(out.length - start, 4);
      start = out.length - 4;
      for (const field of value.fields) if (field) putField(field);
    }
    return start;
  }

  pending.push({ at: 0, target: root });
  put(0, 4);
  for (const letter of identifier) out.push(letter.charCodeAt(0));
  for (const { at, target } of pending) {
    const start = written.get(target) ?? emit(target);
    written.set(target, start);
    for (let i = 0; i < 4; i++) out[at + i] = ((start - at) >>> (8 * i)) & 255;
  }
  return Uint8Array.from(out);
}

export const TFLITE_TYPES = { f32: 0, f16: 1, i32: 2, u8: 3, i64: 4, i16: 7, i8: 9, i4: 17 };

export interface TfliteTensorSpec {
  name: string;
  shape: readonly number[];
  type?: keyof typeof TFLITE_TYPES;
  /** The bytes of a constant, or float32 values. */
  data?: Uint8Array;
  values?: readonly number[];
  scales?: readonly number[];
  zeroPoints?: readonly number[];
  axis?: number;
  /** Replaces parts of the table by field number. */
  fields?: Readonly<Record<number, FlatValue>>;
  /** Replaces the Buffer table. */
  buffer?: FlatValue;
}

export interface TfliteOperatorSpec {
  code: number;
  inputs: readonly number[];
  outputs: readonly number[];
  options?: FlatValue;
}

export interface TfliteSpec {
  tensors: readonly TfliteTensorSpec[];
  operators?: readonly TfliteOperatorSpec[];
  inputs?: readonly number[];
  outputs?: readonly number[];
  /** Names of custom operators by the code that stands for them here. */
  custom?: Readonly<Record<number, string>>;
  /** Replaces parts of the Model table by field number. */
  fields?: Readonly<Record<number, FlatValue>>;
}

export function writeTflite(spec: TfliteSpec): Uint8Array {
  const buffers: FlatValue[] = [table()];
  const tensors = spec.tensors.map((tensor) => {
    const bytes = tensor.data ?? (tensor.values && new Uint8Array(Float32Array.from(tensor.values).buffer));
    const content = tensor.buffer ?? (bytes && table({ kind: 'bytes', bytes, elementBytes: 1 }));
    if (content) buffers.push(content);
    const quantisation =
      tensor.scales &&
      table(
        undefined,
        undefined,
        float32s(tensor.scales),
        tensor.zeroPoints && int64s(tensor.zeroPoints),
        undefined,
        undefined,
        i32(tensor.axis ?? 0),
      );
    const fields: (FlatValue | undefined)[] = [
      int32s(tensor.shape),
      u8(TFLITE_TYPES[tensor.type ?? 'f32']),
      u32(content ? buffers.length - 1 : 0),
      text(tensor.name),
      quantisation,
    ];
    for (const [field, value] of Object.entries(tensor.fields ?? {})) fields[Number(field)] = value;
    return table(...fields);
  });
  const codes = [...new Set((spec.operators ?? []).map(({ code }) => code))];
  const operators = (spec.operators ?? []).map(({ code, inputs, outputs, options }) =>
    table(u32(codes.indexOf(code)), int32s(inputs), int32s(outputs), options && u8(1), options),
  );
  const subgraph = table(
    tables(tensors),
    int32s(spec.inputs ?? []),
    int32s(spec.outputs ?? []),
    tables(operators),
    text('main'),
  );
  const model: (FlatValue | undefined)[] = [
    u32(3),
    tables(
      codes.map((code) => {
        const name = spec.custom?.[code];
        return table(u8(Math.min(code, 127)), name === undefined ? undefined : text(name), i32(1), i32(code));
      }),
    ),
    tables([subgraph]),
    text('made by a test'),
    tables(buffers),
  ];
  for (const [field, value] of Object.entries(spec.fields ?? {})) model[Number(field)] = value;
  return writeFlatbuffer(table(...model), 'TFL3');
}
