import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { createRandom } from '#src/statistics/random.ts';
import type { RgbImage } from '#src/tensor/rgb-image.ts';

/** A picture of smooth coloured blobs, another one for each seed. */
export function blobs(seed: number, side = 24): RgbImage {
  const random = createRandom(seed);
  const spots = Array.from({ length: 14 }, () => ({
    x: random.next() * side,
    y: random.next() * side,
    size: (0.06 + 0.1 * random.next()) * side,
    colour: [random.below(256), random.below(256), random.below(256)],
  }));
  const data = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      for (let c = 0; c < 3; c++) {
        let value = 60;
        for (const spot of spots)
          value += spot.colour[c]! * Math.exp(-((x - spot.x) ** 2 + (y - spot.y) ** 2) / (2 * spot.size ** 2));
        data[(y * side + x) * 3 + c] = Math.min(255, value);
      }
  return { width: side, height: side, data };
}

/** Writes a picture as PNG, or as JPEG by its ending, making folders. */
export async function writePicture(folder: string, name: string, { width, height, data }: RgbImage): Promise<void> {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  const image = sharp(data, { raw: { width, height, channels: 3 } });
  writeFileSync(file, await (name.endsWith('.jpg') ? image.jpeg({ quality: 60 }) : image.png()).toBuffer());
}
