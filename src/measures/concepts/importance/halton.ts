import { createRandom } from '../../../statistics/random.ts';

/** Digits beyond this share of 1 no longer change a double. */
const SMALLEST_DIGIT = 2 ** -54;

/**
 * The first `count` points of a scrambled Halton sequence in [0, 1)^dimensions (Halton 1960; digits permuted at random, each
 * place of each dimension on its own, as Owen 2017 does), row-major. Without scrambling, high dimensions of short sequences
 * would be nearly the same.
 */
export function haltonPoints(count: number, dimensions: number, seed: number): Float64Array {
  const random = createRandom(seed);
  const points = new Float64Array(count * dimensions);
  primes(dimensions).forEach((base, d) => {
    for (let place = 1 / base; place > SMALLEST_DIGIT; place /= base) {
      const order = random.permutation(base);
      const divisor = Math.round(1 / (place * base));
      for (let i = 0; i < count; i++) points[i * dimensions + d]! += order[Math.floor(i / divisor) % base]! * place;
    }
  });
  // The last digits may round a point up to 1.
  return points.map((value) => Math.min(value, 1 - 2 ** -53));
}

function primes(count: number): number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n++) if (found.every((p) => n % p !== 0)) found.push(n);
  return found;
}
