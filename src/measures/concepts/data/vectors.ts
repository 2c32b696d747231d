type Vector = Float32Array | Float64Array;

export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Euclidean norm; of a matrix's values, its Frobenius norm. */
export function norm(a: Vector): number {
  return Math.sqrt(dot(a, a));
}

/** a += factor·b */
export function addScaled(a: Vector, factor: number, b: Vector): void {
  for (let i = 0; i < a.length; i++) a[i]! += factor * b[i]!;
}

/** a *= factor */
export function scale(a: Vector, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i]! *= factor;
}
