import { FormatError } from '../base/errors.ts';
import type { Matrix } from '../tensor/matrix.ts';

/** A matrix quantised for display: one byte per entry, 0 for a missing one, 1 … 255 linear from `min` to `max`. */
export interface DisplayMatrix {
  rows: number;
  cols: number;
  /** Range of the finite entries; both 0 when there are none. */
  min: number;
  max: number;
  /** rows × cols, row-major. */
  codes: Uint8Array;
}

/** "SMBQ", version, kind, two reserved bytes, u32 rows, u32 columns, f32 min, f32 max; then the codes. */
const HEADER_BYTES = 24;
const MAGIC = [0x53, 0x4d, 0x42, 0x51];
const VERSION = 1;
const FULL = 0;
/** The upper triangle with the diagonal, row by row, of a matrix that equals its transpose. */
const SYMMETRIC = 1;
const STEPS = 254;

/**
 * Quantises a matrix. Entries that are NaN or infinite become missing; the error of the others is at most half of
 * (max − min) / 254.
 */
export function quantiseMatrix(matrix: Matrix): DisplayMatrix {
  const { rows, cols, data } = matrix;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < data.length; k++) {
    const value = data[k]!;
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (min > max) min = max = 0;
  const scale = max > min ? STEPS / (max - min) : 0;
  const codes = new Uint8Array(data.length);
  for (let k = 0; k < data.length; k++) {
    const value = data[k]!;
    // The half in 1.5 rounds, as the conversion to a byte cuts off.
    if (Number.isFinite(value)) codes[k] = (value - min) * scale + 1.5;
  }
  return { rows, cols, min, max, codes };
}

/** The binary form in which the server sends a display matrix; a symmetric one takes about half. */
export function encodeDisplayMatrix(display: DisplayMatrix): Uint8Array<ArrayBuffer> {
  const { rows, cols, min, max, codes } = display;
  const symmetric = rows === cols && isSymmetric(codes, rows);
  const bytes = new Uint8Array(HEADER_BYTES + (symmetric ? (rows * (rows + 1)) / 2 : rows * cols));
  bytes.set([...MAGIC, VERSION, symmetric ? SYMMETRIC : FULL]);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, rows, true);
  view.setUint32(12, cols, true);
  view.setFloat32(16, min, true);
  view.setFloat32(20, max, true);
  if (!symmetric) bytes.set(codes, HEADER_BYTES);
  else
    for (let i = 0, offset = HEADER_BYTES; i < rows; i++) {
      bytes.set(codes.subarray(i * cols + i, (i + 1) * cols), offset);
      offset += cols - i;
    }
  return bytes;
}

/**
 * Reads what `encodeDisplayMatrix` wrote. `what` names the bytes in errors.
 * @throws FormatError when the bytes are not such a matrix, are of another version or are cut off.
 */
export function decodeDisplayMatrix(bytes: Uint8Array, what = 'display matrix'): DisplayMatrix {
  if (bytes.length < HEADER_BYTES || MAGIC.some((byte, i) => bytes[i] !== byte))
    throw new FormatError(`${what}: does not begin with the mark of a display matrix (SMBQ).`);
  const kind = bytes[5]!;
  if (bytes[4] !== VERSION || kind > SYMMETRIC)
    throw new FormatError(`${what}: version ${bytes[4]}, kind ${kind} is not known; version ${VERSION} is.`, {
      hint: 'Reload the page, so that the app and the server are of one version.',
    });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rows = view.getUint32(8, true);
  const cols = view.getUint32(12, true);
  const min = view.getFloat32(16, true);
  const max = view.getFloat32(20, true);
  const expected = kind === SYMMETRIC ? (rows * (rows + 1)) / 2 : rows * cols;
  if (bytes.length - HEADER_BYTES !== expected || (kind === SYMMETRIC && rows !== cols))
    throw new FormatError(
      `${what}: ${rows}×${cols} needs ${expected} bytes behind its header; there are ${bytes.length - HEADER_BYTES}.`,
    );
  const stored = bytes.subarray(HEADER_BYTES);
  const codes = kind === SYMMETRIC ? mirror(stored, rows) : stored.slice();
  return { rows, cols, min, max, codes };
}

function isSymmetric(codes: Uint8Array, n: number): boolean {
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) if (codes[i * n + j] !== codes[j * n + i]) return false;
  return true;
}

function mirror(triangle: Uint8Array, n: number): Uint8Array {
  const codes = new Uint8Array(n * n);
  for (let i = 0, k = 0; i < n; i++) for (let j = i; j < n; j++) codes[i * n + j] = codes[j * n + i] = triangle[k++]!;
  return codes;
}
