import { addScaled, dot } from './vectors.ts';

/**
 * Makes `vector` orthogonal to an orthonormal basis, twice for rounding's sake; returns its coefficients in it. Four
 * vectors of the basis at a time, whose sums do not wait for one another.
 */
export function removeFrom(vector: Float64Array, basis: readonly Float64Array[]): number[] {
  const coefficients: number[] = new Array(basis.length).fill(0);
  for (let pass = 0; pass < 2; pass++) {
    let i = 0;
    for (; i + 4 <= basis.length; i += 4) removeFour(vector, basis, i, coefficients);
    for (; i < basis.length; i++) {
      const share = dot(basis[i]!, vector);
      coefficients[i]! += share;
      addScaled(vector, -share, basis[i]!);
    }
  }
  return coefficients;
}

function removeFour(vector: Float64Array, basis: readonly Float64Array[], from: number, coefficients: number[]): void {
  const a = basis[from]!;
  const b = basis[from + 1]!;
  const c = basis[from + 2]!;
  const d = basis[from + 3]!;
  let inA = 0;
  let inB = 0;
  let inC = 0;
  let inD = 0;
  for (let i = 0; i < vector.length; i++) {
    const value = vector[i]!;
    inA += a[i]! * value;
    inB += b[i]! * value;
    inC += c[i]! * value;
    inD += d[i]! * value;
  }
  for (let i = 0; i < vector.length; i++) vector[i]! -= inA * a[i]! + inB * b[i]! + inC * c[i]! + inD * d[i]!;
  coefficients[from]! += inA;
  coefficients[from + 1]! += inB;
  coefficients[from + 2]! += inC;
  coefficients[from + 3]! += inD;
}
