/**
 * The two largest of many values, lane by lane: running maxima in `high`, the second ones in `next`. `T` is f32 or i16;
 * which instructions it takes is settled when the kernel is compiled.
 */

/** The larger of each lane. */
// @ts-expect-error: decorator
@inline
export function highest<T>(a: v128, b: v128): v128 {
  return isFloat<T>() ? f32x4.pmax(a, b) : i16x8.max_s(a, b);
}

// @ts-expect-error: decorator
@inline
function lowest<T>(a: v128, b: v128): v128 {
  return isFloat<T>() ? f32x4.pmin(a, b) : i16x8.min_s(a, b);
}

/** The second largest after `value` was seen; to be taken before the largest is renewed. */
// @ts-expect-error: decorator
@inline
export function secondWith<T>(high: v128, next: v128, value: v128): v128 {
  return highest<T>(next, lowest<T>(high, value));
}

/** The second largest of two pairs of largest and second largest. */
// @ts-expect-error: decorator
@inline
export function secondOfPairs<T>(high1: v128, next1: v128, high2: v128, next2: v128): v128 {
  return highest<T>(lowest<T>(high1, high2), highest<T>(next1, next2));
}
