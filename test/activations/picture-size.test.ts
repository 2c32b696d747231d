import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '#src/activations/images/decode-image.ts';
import { MAX_PIXELS, pictureSize } from '#src/activations/images/picture-size.ts';
import { FormatError } from '#src/base/errors.ts';

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: { r: 200, g: 40, b: 90 } } });

describe('the size in the header of a picture', () => {
  it.each([
    ['JPEG', () => picture(300, 70).jpeg()],
    ['progressive JPEG', () => picture(33, 471).withMetadata({ orientation: 6 }).jpeg({ progressive: true })],
    ['PNG', () => picture(257, 19).png()],
    ['GIF', () => picture(70, 300).gif()],
    ['lossy WebP', () => picture(301, 77).webp()],
    ['lossless WebP', () => picture(19, 513).webp({ lossless: true })],
    ['extended WebP', () => picture(19, 513).withMetadata().webp()],
    ['AVIF', () => picture(65, 131).avif({ effort: 0 })],
  ])('of %s is that of the decoder', async (_format, make) => {
    const bytes = new Uint8Array(await make().toBuffer());
    const { width, height } = await decodeImage(bytes, 'a');
    expect(pictureSize(bytes)).toEqual({ width, height });
    // Wherever the file ends, there is a size or none, and never another.
    for (let end = 0; end < Math.min(bytes.length, 700); end++)
      expect([undefined, `${width}x${height}`]).toContain(text(pictureSize(bytes.slice(0, end))));
  });

  const text = (size: { width: number; height: number } | undefined) => size && `${size.width}x${size.height}`;

  it('refuses a picture that is too large before it is decoded', async () => {
    const bytes = await picture(8, 8).png().toBuffer();
    bytes.writeUInt32BE(20_000, 16);
    bytes.writeUInt32BE(MAX_PIXELS / 20_000 + 1, 20);
    const refused = decodeImage(bytes, 'huge.png');
    await expect(refused).rejects.toThrow(FormatError);
    await expect(refused).rejects.toThrow(
      'huge.png cannot be decoded: it has 20000 × 5001 pixels; at most 100,000,000',
    );
  });
});
