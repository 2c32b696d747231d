import { MissingRuntimeError } from '../../base/errors.ts';
import type { RgbImage } from '../../tensor/rgb-image.ts';

/** The PNG of a picture, by sharp. */
export async function encodePng({ width, height, data }: RgbImage): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp').catch((cause: unknown) => {
    throw new MissingRuntimeError('sharp cannot be loaded; keeping pictures in a study needs it.', {
      hint: 'npm install --ignore-scripts sharp',
      cause,
    });
  });
  return new Uint8Array(
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer(),
  );
}
