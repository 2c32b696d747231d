/** Where a signature stands, and its bytes; `brands` of an ISO media file follow its box type. */
const SIGNATURES: readonly { format: string; offset: number; bytes: readonly string[] }[] = [
  { format: 'JPEG', offset: 0, bytes: ['\xff\xd8\xff'] },
  { format: 'PNG', offset: 0, bytes: ['\x89PNG\r\n\x1a\n'] },
  { format: 'GIF', offset: 0, bytes: ['GIF87a', 'GIF89a'] },
  { format: 'WebP', offset: 8, bytes: ['WEBP'] },
  { format: 'TIFF', offset: 0, bytes: ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'] },
  { format: 'AVIF', offset: 4, bytes: ['ftypavif', 'ftypavis', 'ftypmif1'] },
];

/** Formats that pictures are read in, as people call them. */
export const PICTURE_FORMATS = SIGNATURES.map(({ format }) => format);

/**
 * The format of a picture by its first bytes; undefined where it is none that is read. A decoder that looks for itself
 * would also take SVG, which is a program, whatever the file is called.
 */
export function pictureFormat(bytes: Uint8Array): string | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 16));
  return SIGNATURES.find(({ offset, bytes }) => bytes.some((text) => head.startsWith(text, offset)))?.format;
}
