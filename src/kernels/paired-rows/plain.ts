import type { Matrix } from '../../tensor/matrix.ts';

/** Twin of the kernel; see `pairedRows` in ../paired-rows.ts. */
export function pairedRowsPlain(x: Matrix, y: Matrix): Float64Array {
  const { rows, cols } = x;
  const out = new Float64Array(3 * rows);
  for (let i = 0; i < rows; i++) {
    // Two chains of sums, so that one addition need not wait for the other.
    let products = 0;
    let squaresX = 0;
    let squaresY = 0;
    let products2 = 0;
    let squaresX2 = 0;
    let squaresY2 = 0;
    let k = i * cols;
    const end = k + cols;
    for (; k + 1 < end; k += 2) {
      const a = x.data[k]!;
      const b = y.data[k]!;
      const a2 = x.data[k + 1]!;
      const b2 = y.data[k + 1]!;
      products += a * b;
      squaresX += a * a;
      squaresY += b * b;
      products2 += a2 * b2;
      squaresX2 += a2 * a2;
      squaresY2 += b2 * b2;
    }
    if (k < end) {
      products += x.data[k]! * y.data[k]!;
      squaresX += x.data[k]! * x.data[k]!;
      squaresY += y.data[k]! * y.data[k]!;
    }
    out[3 * i] = products + products2;
    out[3 * i + 1] = squaresX + squaresX2;
    out[3 * i + 2] = squaresY + squaresY2;
  }
  return out;
}
