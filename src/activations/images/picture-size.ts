import { FormatError } from '../../base/errors.ts';
import { pictureFormat } from './picture-format.ts';

/** Pixels of one picture; larger ones are refused rather than decoded. */
export const MAX_PIXELS = 100_000_000;

/** Width and height in pixels, as they are stored. */
export interface PictureSize {
  width: number;
  height: number;
}

/**
 * The size that the header of a picture tells, by the specification of its format; the largest where it tells several.
 * Undefined where the header is cut short or damaged, and for TIFF, whose directory may lie anywhere in the file.
 */
export function pictureSize(bytes: Uint8Array): PictureSize | undefined {
  const read = READERS[pictureFormat(bytes) ?? ''];
  try {
    return read?.(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    // A field lies beyond the end.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * Refuses a picture of more than `MAX_PIXELS`: by its header before it is decoded, or by what came of it.
 * @throws FormatError naming the picture and its size.
 */
export function checkPictureSize(size: PictureSize | undefined, name: string): void {
  if (size && size.width * size.height > MAX_PIXELS)
    throw new FormatError(
      `${name} cannot be decoded: it has ${size.width} × ${size.height} pixels; at most ${MAX_PIXELS.toLocaleString('en')} are decoded.`,
    );
}

const READERS: Readonly<Record<string, (view: DataView) => PictureSize | undefined>> = {
  JPEG: jpegSize,
  PNG: (view) => ({ width: view.getUint32(16), height: view.getUint32(20) }),
  GIF: (view) => ({ width: view.getUint16(6, true), height: view.getUint16(8, true) }),
  WebP: webpSize,
  AVIF: avifSize,
};

/** In the header of the frame, which stands behind other segments (ITU-T T.81, B.2.2). */
function jpegSize(view: DataView): PictureSize | undefined {
  let at = 2;
  for (;;) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    // Any number of 0xff may stand before a marker.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    if (marker === 0xda) return undefined;
    at += 2 + view.getUint16(at + 2);
  }
}

/** In the first chunk: lossy (RFC 6386, 9.1), lossless (RFC 9649, 3.4) or extended (RFC 9649, 2.7). */
function webpSize(view: DataView): PictureSize | undefined {
  const chunk = fourCharacters(view, 12);
  if (chunk === 'VP8 ') return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  if (chunk === 'VP8L') {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (chunk !== 'VP8X') return undefined;
  const three = (at: number): number => view.getUint16(at, true) + view.getUint8(at + 2) * 65_536;
  return { width: three(24) + 1, height: three(27) + 1 };
}

/** In the properties of its items: tiles have a size of their own, smaller than that of the whole (ISO/IEC 23008-12, 6.5.3). */
function avifSize(view: DataView): PictureSize | undefined {
  let largest: PictureSize | undefined;
  const visit = (start: number, end: number): void => {
    for (let at = start; at + 8 <= end; ) {
      const length = view.getUint32(at);
      const type = fourCharacters(view, at + 4);
      const isLong = length === 1;
      const inner = at + (isLong ? 16 : 8);
      const next = length === 0 ? end : at + (isLong ? Number(view.getBigUint64(at + 8)) : length);
      if (next < inner || next > end) return;
      // "meta" has a version and flags before what it holds, as "ispe" does before the size.
      if (type === 'meta') visit(inner + 4, next);
      else if (type === 'iprp' || type === 'ipco') visit(inner, next);
      else if (type === 'ispe') {
        const size = { width: view.getUint32(inner + 4), height: view.getUint32(inner + 8) };
        if (!largest || size.width * size.height > largest.width * largest.height) largest = size;
      }
      at = next;
    }
  };
  visit(0, view.byteLength);
  return largest;
}

function fourCharacters(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));
}
