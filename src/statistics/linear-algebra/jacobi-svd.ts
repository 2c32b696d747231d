/** Singular value decomposition of a small matrix; component i is `left[i]`, `values[i]`, `right[i]`, largest first. */
export interface SmallSvd {
  left: Float64Array[];
  values: Float64Array;
  right: Float64Array[];
}

const MAX_SWEEPS = 60;

/**
 * All singular triplets of the matrix with these columns, of which the first `rows` values count, by one-sided Jacobi rotations (Hestenes 1958): accurate to rounding for small singular values too. The left
 * vector of a singular value of 0 is 0.
 */
export function jacobiSvd(columns: readonly Float64Array[], rows: number): SmallSvd {
  const n = columns.length;
  const a = columns.map((column) => column.slice(0, rows));
  const v = a.map((_, j) => {
    const unit = new Float64Array(n);
    unit[j] = 1;
    return unit;
  });
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) if (!rotateAll(a, v)) break;
  const norms = a.map((column) => Math.hypot(...column));
  const order = norms.map((_, j) => j).sort((i, j) => norms[j]! - norms[i]!);
  return {
    left: order.map((j) => a[j]!.map((value) => (norms[j]! > 0 ? value / norms[j]! : 0))),
    values: Float64Array.from(order, (j) => norms[j]!),
    right: order.map((j) => v[j]!),
  };
}

/** One sweep over all pairs of columns; false once every pair is orthogonal to rounding. */
function rotateAll(a: Float64Array[], v: Float64Array[]): boolean {
  let rotated = false;
  const tolerance = 4 * Number.EPSILON * Math.sqrt(a[0]?.length ?? 1);
  for (let p = 0; p < a.length - 1; p++) {
    for (let q = p + 1; q < a.length; q++) {
      const x = a[p]!;
      const y = a[q]!;
      let xx = 0;
      let yy = 0;
      let xy = 0;
      for (let i = 0; i < x.length; i++) {
        xx += x[i]! * x[i]!;
        yy += y[i]! * y[i]!;
        xy += x[i]! * y[i]!;
      }
      if (Math.abs(xy) <= tolerance * Math.sqrt(xx * yy)) continue;
      rotated = true;
      const zeta = (yy - xx) / (2 * xy);
      const tangent = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.hypot(1, zeta));
      const cosine = 1 / Math.hypot(1, tangent);
      rotate(x, y, cosine, cosine * tangent);
      rotate(v[p]!, v[q]!, cosine, cosine * tangent);
    }
  }
  return rotated;
}

function rotate(x: Float64Array, y: Float64Array, cosine: number, sine: number): void {
  for (let i = 0; i < x.length; i++) {
    const held = x[i]!;
    x[i] = cosine * held - sine * y[i]!;
    y[i] = sine * held + cosine * y[i]!;
  }
}
