import { analyseRepresentations } from '#src/analyses/representations/analyse-representations.ts';
import type { ImageInput, RepresentationsOptions } from '#src/analyses/representations/options.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { StudyStore } from '#src/study/store.ts';
import type { RgbImage } from '#src/tensor/rgb-image.ts';
import { encodePng } from './png-writer.ts';
import { writeSafetensors } from './safetensors-writer.ts';

export const LABELS = ['cat', 'dog', 'car'] as const;
/** Places of a map: 4×4, each of 4×4 pixels. */
export const GRID = 4;
const SIDE = 16;

/** An image of the made study: a square of its label's colour at one place, on noise. */
export interface MadeImage {
  label: number;
  place: number;
}

export function madeImages(count: number): MadeImage[] {
  const random = createRandom(7);
  return Array.from({ length: count }, (_, i) => ({ label: i % 3, place: random.below(GRID * GRID) }));
}

function picture({ label, place }: MadeImage, seed: number): RgbImage {
  const random = createRandom(seed);
  const data = Uint8Array.from({ length: SIDE * SIDE * 3 }, () => 90 + random.below(50));
  const [top, left] = [Math.floor(place / GRID) * 4, (place % GRID) * 4];
  for (let y = top; y < top + 4; y++)
    for (let x = left; x < left + 4; x++)
      data.set(
        [0, 1, 2].map((c) => (c === label ? 250 : 30)),
        (y * SIDE + x) * 3,
      );
  return { width: SIDE, height: SIDE, data };
}

/** Features in which the place of the square alone bears the label, so that it is matched with the other's square. */
function features(images: readonly MadeImage[], channels: number, side: number, seed: number): Float32Array {
  const random = createRandom(seed);
  const places = side * side;
  const data = Float32Array.from({ length: images.length * channels * places }, () => 0.1 * random.normal());
  images.forEach(({ label, place }, i) => {
    const [row, col] = [Math.floor(((place / GRID) | 0) * (side / GRID)), Math.floor((place % GRID) * (side / GRID))];
    data[(i * channels + label) * places + row * side + col]! += 5;
  });
  return data;
}

export interface MadeRepresentations {
  count?: number;
  models?: readonly string[];
  layers?: readonly { name: string; channels: number; side: number }[];
  labels?: boolean;
  logits?: boolean;
  pictures?: boolean;
  options?: RepresentationsOptions;
}

/** A study of made features with pictures, in a few hundred milliseconds. */
export async function writeRepresentationsStudy(
  store: StudyStore,
  {
    count = 24,
    models = ['alpha', 'beta'],
    layers = [
      { name: '/early/Relu_output_0', channels: 6, side: 4 },
      { name: '/late/Relu_output_0', channels: 8, side: 2 },
    ],
    labels = true,
    logits = true,
    pictures = true,
    options = {},
  }: MadeRepresentations = {},
): Promise<MadeImage[]> {
  const made = madeImages(count);
  const inputs = models.map((name, m) => {
    const random = createRandom(50 + m);
    const tensors = Object.fromEntries(
      layers.map(({ name: layer, channels, side }, l) => [
        layer,
        { shape: [count, channels, side, side], data: features(made, channels, side, 10 * m + l) },
      ]),
    );
    const scores = Float32Array.from(
      made.flatMap(({ label }) => LABELS.map((_, c) => (c === label ? 3 : 0) + random.normal())),
    );
    return {
      name,
      source: memorySource(
        `${name}.safetensors`,
        writeSafetensors({ ...tensors, ...(logits && { logits: { shape: [count, LABELS.length], data: scores } }) }),
      ),
    };
  });
  const images = made.map(
    (image, i): ImageInput => ({
      name: `${LABELS[image.label]}/${String(i).padStart(2, '0')}.png`,
      ...(labels && { label: LABELS[image.label]! }),
      load: async () => picture(image, i),
    }),
  );
  await analyseRepresentations(
    inputs,
    images,
    {
      centring: 'none',
      k: 4,
      command: 'semblance representations alpha beta --images made',
      studyName: 'made',
      ...options,
    },
    store,
    pictures ? { thumbnail: async ({ data, width, height }) => encodePng(data, width, height) } : {},
  );
  return made;
}
