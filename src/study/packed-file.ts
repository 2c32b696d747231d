import { deflateSync } from 'fflate';
import { FormatError } from '../base/errors.ts';

/**
 * A study file packed for embedding in a page, lossless: "SMBP", version, transform, two reserved bytes, u32 length of
 * the file, then a raw deflate stream. Arrays of 32-bit floats are rearranged first: a matrix that equals its transpose
 * keeps its upper triangle only, and the four bytes of each number go to four planes, which deflate far better apart.
 */
const MAGIC = [0x53, 0x4d, 0x42, 0x50];
const VERSION = 1;
const HEADER_BYTES = 12;
const PLAIN = 0;
const FLOATS = 1;
const SYMMETRIC_FLOATS = 2;
const FLOAT_HEADER = /^\{'descr': '<f4', 'fortran_order': False, 'shape': \((\d+), (\d+)\), \} *\n$/;
/** No study file is as large; a page that claims more is not believed. */
const MAX_BYTES = 2 ** 31;

/** Packs the bytes of a study file, whatever they are. */
export function packStudyFile(bytes: Uint8Array): Uint8Array {
  const { transform, content } = rearrange(bytes);
  const packed = deflateSync(content, { level: 9 });
  const out = new Uint8Array(HEADER_BYTES + packed.length);
  out.set([...MAGIC, VERSION, transform]);
  new DataView(out.buffer).setUint32(8, bytes.length, true);
  out.set(packed, HEADER_BYTES);
  return out;
}

/**
 * The bytes that `packStudyFile` was given, bit for bit. `what` names the file in errors.
 * @throws FormatError when the packed bytes are damaged or of another version.
 */
export async function unpackStudyFile(packed: Uint8Array, what: string): Promise<Uint8Array> {
  if (packed.length < HEADER_BYTES || MAGIC.some((byte, i) => packed[i] !== byte) || packed[4] !== VERSION)
    throw new FormatError(`${what}: is not packed in a way that this version reads.`);
  const transform = packed[5]!;
  const length = new DataView(packed.buffer, packed.byteOffset).getUint32(8, true);
  if (length > MAX_BYTES) throw new FormatError(`${what}: claims ${length} bytes; at most ${MAX_BYTES} are read.`);
  const content = await inflate(packed.subarray(HEADER_BYTES), length, what);
  const bytes = transform === PLAIN ? content : restore(content, transform, length, what);
  if (bytes.length !== length)
    throw new FormatError(`${what}: unpacks to ${bytes.length} bytes, where ${length} were packed.`);
  return bytes;
}

function rearrange(bytes: Uint8Array): { transform: number; content: Uint8Array } {
  const found = floatMatrix(bytes);
  if (!found) return { transform: PLAIN, content: bytes };
  const { dataStart, rows, cols } = found;
  const words = new Uint32Array(bytes.slice(dataStart).buffer);
  const symmetric = rows === cols && isSymmetric(words, rows);
  const kept = symmetric ? triangle(words, rows) : words;
  const content = new Uint8Array(4 + dataStart + 4 * kept.length);
  new DataView(content.buffer).setUint32(0, dataStart, true);
  content.set(bytes.subarray(0, dataStart), 4);
  for (let plane = 0, at = 4 + dataStart; plane < 4; plane++, at += kept.length)
    for (let k = 0; k < kept.length; k++) content[at + k] = kept[k]! >>> (8 * plane);
  return { transform: symmetric ? SYMMETRIC_FLOATS : FLOATS, content };
}

function restore(content: Uint8Array, transform: number, length: number, what: string): Uint8Array {
  const dataStart = content.length < 4 ? -1 : new DataView(content.buffer, content.byteOffset).getUint32(0, true);
  const found = dataStart < 0 ? undefined : floatMatrix(content.subarray(4), length);
  const symmetric = transform === SYMMETRIC_FLOATS;
  if (!found || found.dataStart !== dataStart || (symmetric && found.rows !== found.cols))
    throw new FormatError(`${what}: its array was not packed as its header says.`);
  const { rows, cols } = found;
  const count = symmetric ? (rows * (rows + 1)) / 2 : rows * cols;
  if (content.length !== 4 + dataStart + 4 * count)
    throw new FormatError(`${what}: holds ${content.length} bytes of a ${rows}×${cols} array; it is cut off.`);
  const kept = new Uint32Array(count);
  for (let plane = 0, at = 4 + dataStart; plane < 4; plane++, at += count)
    for (let k = 0; k < count; k++) kept[k]! |= content[at + k]! << (8 * plane);
  const words = new Uint32Array(rows * cols);
  if (!symmetric) words.set(kept);
  else
    for (let i = 0, k = 0; i < rows; i++)
      for (let j = i; j < cols; j++) words[i * cols + j] = words[j * cols + i] = kept[k++]!;
  const bytes = new Uint8Array(dataStart + words.byteLength);
  bytes.set(content.subarray(4, 4 + dataStart));
  bytes.set(new Uint8Array(words.buffer), dataStart);
  return bytes;
}

/** Where the numbers of a `.npy` file begin, when it is a matrix of 32-bit floats as we write them and nothing else. */
function floatMatrix(
  bytes: Uint8Array,
  fileLength = bytes.length,
): { dataStart: number; rows: number; cols: number } | undefined {
  if (bytes.length < 12 || bytes[0] !== 0x93 || bytes[1] !== 0x4e || bytes[6] !== 1) return undefined;
  const dataStart = 10 + bytes[8]! + 256 * bytes[9]!;
  const match = FLOAT_HEADER.exec(new TextDecoder().decode(bytes.subarray(10, dataStart)));
  if (!match) return undefined;
  const rows = Number(match[1]);
  const cols = Number(match[2]);
  return dataStart + 4 * rows * cols === fileLength ? { dataStart, rows, cols } : undefined;
}

/** Compared as bits, so that a NaN equals itself and comes back as it was. */
function isSymmetric(words: Uint32Array, n: number): boolean {
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) if (words[i * n + j] !== words[j * n + i]) return false;
  return true;
}

function triangle(words: Uint32Array, n: number): Uint32Array {
  const out = new Uint32Array((n * (n + 1)) / 2);
  for (let i = 0, k = 0; i < n; i++) {
    out.set(words.subarray(i * n + i, (i + 1) * n), k);
    k += n - i;
  }
  return out;
}

/** Inflates by the platform's own code, stopping as soon as more comes than a file of `length` could need. */
async function inflate(bytes: Uint8Array, length: number, what: string): Promise<Uint8Array> {
  const out = new Uint8Array(length + 4);
  let filled = 0;
  try {
    const stream = new Blob([bytes as Uint8Array<ArrayBuffer>])
      .stream()
      .pipeThrough(new DecompressionStream('deflate-raw'));
    const reader = stream.getReader();
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      if (filled + step.value.length > out.length) {
        await reader.cancel();
        throw new FormatError(`${what}: unpacks to more than its ${length} bytes.`);
      }
      out.set(step.value, filled);
      filled += step.value.length;
    }
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw new FormatError(`${what}: is damaged; it cannot be unpacked.`, { cause });
  }
  return out.subarray(0, filled);
}
