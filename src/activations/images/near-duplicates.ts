import type { LongTask } from '../../base/progress.ts';
import { GREY_SIDE, type PictureFingerprint } from './picture-fingerprint.ts';

/** A picture that may be a duplicate: its fingerprint, the hash of its file, and the group it is filed under. */
export interface FiledPicture extends PictureFingerprint {
  sha256: string;
  group: number;
}

/** Two pictures of different groups that show the same. */
export interface DuplicatePair {
  /** Places in the list of pictures; `a` is the first. */
  a: number;
  b: number;
  /** `identical`: the same file; `near`: the same picture but for size, compression or slight changes. */
  kind: 'identical' | 'near';
  /**
   * Mean absolute difference of their 16×16 grey levels, each picture's with mean 0 and standard deviation 1; 0 for the same
   * picture, also where one is brighter or has more contrast, about 1.1 for unrelated ones.
   */
  difference: number;
  /** Whether one is the mirror image of the other. */
  mirrored: boolean;
}

export interface DuplicateThresholds {
  /** Bits of 64 in which difference hashes may differ. Default 14. */
  hashBits?: number;
  /** Largest mean absolute difference of standardised grey levels. Default 0.3. */
  difference?: number;
}

export const DUPLICATE_THRESHOLDS: Required<DuplicateThresholds> = { hashBits: 14, difference: 0.3 };

/** Standard deviation of grey levels below which a picture is too pale to be told from others by its grey levels. */
const LEAST_CONTRAST = 6;

/**
 * Finds pictures of different groups that show the same: the same file, or pictures that are close by two measures, upright
 * or mirrored. The difference hash sorts out what cannot be; then the standardised 16×16 grey levels must differ by little.
 * Every pair is looked at. Pictures of hardly any contrast are only found as the same file.
 *
 * @returns identical files first, then by difference.
 */
export function nearDuplicates(
  pictures: readonly FiledPicture[],
  thresholds: DuplicateThresholds = {},
  task: LongTask = {},
): DuplicatePair[] {
  const { hashBits, difference: most } = { ...DUPLICATE_THRESHOLDS, ...thresholds };
  const n = pictures.length;
  const low = Uint32Array.from(pictures, ({ hash }) => hash[0]!);
  const high = Uint32Array.from(pictures, ({ hash }) => hash[1]!);
  const mirroredLow = Uint32Array.from(pictures, ({ mirrored }) => mirrored[0]!);
  const mirroredHigh = Uint32Array.from(pictures, ({ mirrored }) => mirrored[1]!);
  const groups = Int32Array.from(pictures, ({ group }) => group);
  const standard = pictures.map(({ grey }) => standardised(grey));
  const pairs: DuplicatePair[] = [];
  for (let a = 0; a < n; a++) {
    if (a % 256 === 0) {
      task.signal?.throwIfAborted();
      task.onProgress?.({ task: 'looking for near-duplicates', done: a, total: n, unit: 'images' });
    }
    for (let b = a + 1; b < n; b++) {
      if (groups[a] === groups[b]) continue;
      const upright = bits(low[a]! ^ low[b]!) + bits(high[a]! ^ high[b]!);
      const mirrored = bits(low[a]! ^ mirroredLow[b]!) + bits(high[a]! ^ mirroredHigh[b]!);
      const same = pictures[a]!.sha256 === pictures[b]!.sha256;
      if (upright > hashBits && mirrored > hashBits && !same) continue;
      if (same) {
        pairs.push({ a, b, kind: 'identical', difference: 0, mirrored: false });
        continue;
      }
      const [x, y] = [standard[a], standard[b]];
      if (!x || !y) continue;
      const straight = upright <= hashBits ? meanDifference(x, y, false) : Number.POSITIVE_INFINITY;
      const turned = mirrored <= hashBits ? meanDifference(x, y, true) : Number.POSITIVE_INFINITY;
      const least = Math.min(straight, turned);
      if (least <= most) pairs.push({ a, b, kind: 'near', difference: least, mirrored: turned < straight });
    }
  }
  return pairs.sort((x, y) => +(y.kind === 'identical') - +(x.kind === 'identical') || x.difference - y.difference);
}

/** How many bits are set. */
function bits(value: number): number {
  let v = value - ((value >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return (((v + (v >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

function meanDifference(a: Float32Array, b: Float32Array, mirror: boolean): number {
  let sum = 0;
  for (let y = 0; y < GREY_SIDE; y++)
    for (let x = 0; x < GREY_SIDE; x++)
      sum += Math.abs(a[y * GREY_SIDE + x]! - b[y * GREY_SIDE + (mirror ? GREY_SIDE - 1 - x : x)]!);
  return sum / (GREY_SIDE * GREY_SIDE);
}

/** Grey levels with mean 0 and standard deviation 1; undefined where there is hardly any contrast. */
function standardised(grey: Uint8Array): Float32Array | undefined {
  let sum = 0;
  let squares = 0;
  for (const value of grey) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / grey.length;
  const deviation = Math.sqrt(Math.max(0, squares / grey.length - mean * mean));
  return deviation < LEAST_CONTRAST ? undefined : Float32Array.from(grey, (value) => (value - mean) / deviation);
}
