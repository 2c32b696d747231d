/** PNG pictures of one size and kind as one animated PNG (the format's third edition), shown endlessly. */
export async function animatedPng(frames: readonly Blob[], millisecondsPerFrame: number): Promise<Blob> {
  const pictures = await Promise.all(
    frames.map(async (frame) => readChunks(new Uint8Array(await frame.arrayBuffer()))),
  );
  const first = pictures[0];
  if (!first) throw new Error('An animation needs at least one picture.');
  const header = bodyOf(first, 'IHDR')[0]!;
  const [width, height] = [readWord(header, 0), readWord(header, 4)];
  const parts: Uint8Array<ArrayBuffer>[] = [SIGNATURE, chunk('IHDR', header), chunk('acTL', words(frames.length, 0))];
  let sequence = 0;
  pictures.forEach((picture, i) => {
    const own = bodyOf(picture, 'IHDR')[0]!;
    if (own.some((byte, at) => byte !== header[at]))
      throw new Error(`Picture ${i + 1} of the animation has another size or kind than the first.`);
    const control = new Uint8Array(26);
    control.set(words(sequence++, width, height, 0, 0));
    const view = new DataView(control.buffer);
    view.setUint16(20, millisecondsPerFrame);
    view.setUint16(22, 1000);
    parts.push(chunk('fcTL', control));
    for (const data of bodyOf(picture, 'IDAT')) {
      if (i === 0) {
        parts.push(chunk('IDAT', data));
        continue;
      }
      const numbered = new Uint8Array(4 + data.length);
      numbered.set(words(sequence++));
      numbered.set(data, 4);
      parts.push(chunk('fdAT', numbered));
    }
  });
  parts.push(chunk('IEND', new Uint8Array(0)));
  return new Blob(parts, { type: 'image/png' });
}

const SIGNATURE = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);

interface Chunk {
  kind: string;
  body: Uint8Array;
}

function readChunks(bytes: Uint8Array): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; at + 12 <= bytes.length; ) {
    const length = readWord(bytes, at);
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    chunks.push({ kind, body: bytes.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return chunks;
}

const bodyOf = (chunks: readonly Chunk[], kind: string): Uint8Array[] =>
  chunks.filter((found) => found.kind === kind).map(({ body }) => body);

function chunk(kind: string, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12 + body.length);
  bytes.set(words(body.length));
  for (let i = 0; i < 4; i++) bytes[4 + i] = kind.charCodeAt(i);
  bytes.set(body, 8);
  bytes.set(words(crc32(bytes.subarray(4, 8 + body.length))), 8 + body.length);
  return bytes;
}

function words(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    view.setUint32(4 * i, value);
  });
  return bytes;
}

const readWord = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at);

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = CRC_TABLE[(c ^ byte) & 255]! ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}
