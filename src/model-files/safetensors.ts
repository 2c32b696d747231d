import type { ByteSource } from '../base/bytes/byte-source.ts';
import { FormatError, UnsupportedError } from '../base/errors.ts';
import { parseJson } from '../formats/json/parse-json.ts';
import { checkByteCount, checkLimit, checkRange, LIMITS, readRange } from '../formats/limits.ts';
import { type DType, decodeFloats } from '../tensor/dtype.ts';
import type { ModelFile, ModelFormat, TensorEntry } from './model-file.ts';

/** safetensors: u64 header length, JSON header, then the tensors' bytes. Shards: shard-index.ts. */
export const safetensorsFormat: ModelFormat = {
  name: 'safetensors',
  match: (head, source) => looksLikeFile(head, source.byteLength),
  open: openFile,
};

const DTYPES: Readonly<Record<string, DType>> = {
  F64: 'f64',
  F32: 'f32',
  F16: 'f16',
  BF16: 'bf16',
  F8_E4M3: 'f8_e4m3',
  F8_E5M2: 'f8_e5m2',
  I64: 'i64',
  U64: 'u64',
  I32: 'i32',
  U32: 'u32',
  I16: 'i16',
  U16: 'u16',
  I8: 'i8',
  U8: 'u8',
  BOOL: 'bool',
};

/** A header length followed by "{"; the length itself is checked when opening, so that a lie gets its own message. */
function looksLikeFile(head: Uint8Array, byteLength: number): boolean {
  return byteLength >= 8 && head.length > 8 && head[8] === 0x7b;
}

async function openFile(source: ByteSource): Promise<ModelFile> {
  const prefix = await readRange(source, 'the safetensors header length', 0, 8);
  const length = Number(new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true));
  checkRange(source, 'the safetensors header', 8, 8 + length);
  checkLimit(source.name, 'the size of the safetensors header', length, LIMITS.headerBytes);
  const header = parseJson(
    await readRange(source, 'the safetensors header', 8, 8 + length),
    `${source.name}: the safetensors header`,
  );

  const base = 8 + length;
  const tensors = new Map<string, TensorEntry>();
  const spans: { name: string; start: number; end: number }[] = [];
  const names = Object.keys(header);
  checkLimit(source.name, 'the number of tensors', names.length, LIMITS.tensors);
  for (const name of names) {
    if (name === '__metadata__') continue;
    const entry = readEntry(source, base, name, header[name]);
    tensors.set(name, entry.tensor);
    spans.push({ name, start: entry.start, end: entry.end });
  }
  checkNoOverlap(source.name, spans);
  return { format: 'safetensors', name: source.name, tensors, metadata: plainMetadata(header.__metadata__) };
}

function readEntry(source: ByteSource, base: number, name: string, value: unknown) {
  const entry = value as { dtype?: unknown; shape?: unknown; data_offsets?: unknown } | null;
  const offsets = entry?.data_offsets;
  if (
    typeof entry !== 'object' ||
    !entry ||
    !Array.isArray(entry.shape) ||
    !Array.isArray(offsets) ||
    offsets.length !== 2
  )
    throw new FormatError(`${source.name}: the header entry of ${name} lacks dtype, shape or data_offsets.`);
  const dtype = DTYPES[String(entry.dtype)];
  if (!dtype)
    throw new UnsupportedError(
      `${source.name}: ${name} has the element type ${JSON.stringify(entry.dtype)}, which is not read.`,
    );
  const shape = entry.shape as number[];
  const start = base + Number(offsets[0]);
  const end = base + Number(offsets[1]);
  checkRange(source, `tensor ${name}`, start, end);
  checkByteCount(source.name, name, shape, dtype, end - start);
  const tensor: TensorEntry = {
    name,
    dtype,
    shape,
    read: async () => ({ shape, data: decodeFloats(await readRange(source, `tensor ${name}`, start, end), dtype) }),
  };
  return { tensor, start, end };
}

function checkNoOverlap(file: string, spans: { name: string; start: number; end: number }[]): void {
  const used = spans.filter((s) => s.end > s.start).sort((a, b) => a.start - b.start);
  for (let i = 1; i < used.length; i++) {
    const before = used[i - 1]!;
    const here = used[i]!;
    if (here.start < before.end)
      throw new FormatError(`${file}: the bytes of ${before.name} and ${here.name} overlap at ${here.start}.`);
  }
}

function plainMetadata(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || !value) return {};
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
}
