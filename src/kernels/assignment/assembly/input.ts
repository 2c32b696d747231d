/** The affinity as given: its range, its scale, its quantum, and the way into padded rows. */
import {
  affinity,
  blockSize,
  blocks,
  boundsAddress,
  columns,
  hints,
  largestLane,
  price,
  price32,
  rowAddress,
  rows,
  stride,
} from './arrays';

/** Smallest and largest value after `normalise`. */
export let smallest: f32 = 0;
export let largest: f32 = 0;
/** What `normalise` did: value = given · scale − shift, both exact. */
export let scale: f64 = 1;
export let shift: f64 = 0;

/** The values are given without padding at the end of the padded area, so that spreading them needs no second copy. */
export function unpaddedAddress(): usize {
  return affinity + ((<usize>rows * <usize>(stride - columns)) << 2);
}

/** Reads the range of the given values; false if one of them is NaN or infinite. */
export function measure(): bool {
  const from = unpaddedAddress();
  const end = from + ((<usize>rows * <usize>columns) << 2);
  let address = from;
  let low = f32x4.splat(Infinity);
  let high = f32x4.splat(-Infinity);
  let bits = i32x4.splat(0);
  const magnitude = i32x4.splat(0x7fffffff);
  for (; address + 16 <= end; address += 16) {
    const v = v128.load(address);
    low = f32x4.pmin(low, v);
    high = f32x4.pmax(high, v);
    bits = i32x4.max_s(bits, v128.and(v, magnitude));
  }
  for (; address < end; address += 4) {
    const v = v128.load32_splat(address);
    low = f32x4.pmin(low, v);
    high = f32x4.pmax(high, v);
    bits = i32x4.max_s(bits, v128.and(v, magnitude));
  }
  smallest = -largestLane(f32x4.neg(low));
  largest = largestLane(high);
  return !v128.any_true(i32x4.gt_s(bits, i32x4.splat(0x7f7fffff)));
}

/**
 * Makes rounding errors of the 32-bit scans small against the range, by exact operations only: a power of two for
 * values far from 1, and where all values lie within a factor of two of each other, subtraction of the smallest.
 */
export function normalise(): void {
  scale = 1;
  shift = 0;
  const largestMagnitude = max(abs(<f64>smallest), abs(<f64>largest));
  if (largestMagnitude > 1e18 || (largestMagnitude < 1e-18 && largestMagnitude > 0)) {
    // Exponent bits of the 64-bit value, which has no denormals here.
    const exponent = <i64>((reinterpret<u64>(largestMagnitude) >> 52) & 0x7ff) - 1023;
    scale = reinterpret<f64>((<u64>(1023 - exponent)) << 52);
  }
  const low = <f64>smallest * scale;
  const high = <f64>largest * scale;
  if (low > 0 && high <= 2 * low) shift = low;
  else if (high < 0 && low >= 2 * high) shift = high;
  if (scale == 1 && shift == 0) return;
  const from = unpaddedAddress();
  const end = from + ((<usize>rows * <usize>columns) << 2);
  for (let address = from; address < end; address += 4)
    store<f32>(address, <f32>(<f64>load<f32>(address) * scale - shift));
  smallest = <f32>(low - shift);
  largest = <f32>(high - shift);
}

/**
 * The largest step q of which all differences of values are multiples, or 0 if that step is too small against the
 * range to be of use (as for measured data). A sample rules most matrices out before all values are looked at.
 */
export function quantum(): f64 {
  const from = unpaddedAddress();
  const count = rows * columns;
  const base = <f64>smallest;
  const finest = (<f64>largest - base) / 65536;
  const step = count / 64 + 1;
  let q: f64 = 0;
  for (let index = 0; index < count; index += step) {
    let a = <f64>load<f32>(from + ((<usize>index) << 2)) - base;
    while (a > 0) {
      const rest = q - Math.floor(q / a) * a;
      q = a;
      a = rest;
      if (q < finest || (a > 0 && a < finest)) return 0;
    }
  }
  // Products of 17-bit counts and q must be exact, or the test below says nothing.
  if (q == 0 || (reinterpret<u64>(q) & 0xffff) != 0) return 0;
  const inverse = f64x2.splat(1 / q);
  const unit = f64x2.splat(q);
  const origin = f64x2.splat(base);
  let index = 0;
  for (; index + 2 <= count; index += 2) {
    const v = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(from + ((<usize>index) << 2))), origin);
    const whole = f64x2.mul(f64x2.nearest(f64x2.mul(v, inverse)), unit);
    if (v128.any_true(f64x2.ne(whole, v))) return 0;
  }
  for (; index < count; index++) {
    const v = <f64>load<f32>(from + ((<usize>index) << 2)) - base;
    if (nearest(v / q) * q != v) return 0;
  }
  return q;
}

/** Moves the rows to their padded places, sets prices to 0 and every bound to the largest value of its block. */
export function spread(): void {
  const width = (<usize>columns) << 2;
  memory.fill(price, 0, (<usize>stride) << 3);
  memory.fill(price32, 0, (<usize>stride) << 2);
  memory.fill(hints, 0, (<usize>rows) << 2);
  const blockBytes = (<usize>blockSize) << 2;
  const used = stride / blockSize;
  let from = unpaddedAddress();
  for (let row = 0; row < rows; row++) {
    let address = rowAddress(row);
    if (stride != columns) {
      memory.copy(address, from, width);
      from += width;
      for (let j = columns; j < stride; j++) store<f32>(address + ((<usize>j) << 2), -Infinity);
    }
    const bound = boundsAddress(row);
    for (let block = 0; block < used; block++) {
      let high = v128.load(address);
      const end = address + blockBytes;
      for (address += 16; address < end; address += 16) high = f32x4.pmax(high, v128.load(address));
      store<f32>(bound + ((<usize>block) << 2), largestLane(high));
    }
    for (let block = used; block < blocks; block++) store<f32>(bound + ((<usize>block) << 2), -Infinity);
  }
}
