// Products of the rows of a matrix with each other, in 64 bits throughout.
//
// Rows are packed into panels of 4, interleaved by feature, so that one vector load brings the same feature of two rows.
// A tile of 4 × 4 products lives in eight registers.

const PANEL: usize = 4;

/** The first byte that data may use. */
export function heapBase(): usize {
  return __heap_base;
}

/**
 * Interleaves `rows` rows of `depth` features into panels, each row times its factor at `scales`.
 * `from` holds them as float32 if `single`, else as float64; rows that fill up the last panel become zeros.
 */
export function pack(from: usize, to: usize, rows: i32, depth: i32, scales: usize, single: bool): void {
  const panels = (<usize>rows + PANEL - 1) / PANEL;
  const panelBytes = (<usize>depth * PANEL) << 3;
  for (let row: usize = 0; row < panels * PANEL; row++) {
    let out = to + (row / PANEL) * panelBytes + ((row % PANEL) << 3);
    const end = out + panelBytes;
    if (row >= <usize>rows) {
      for (; out < end; out += 32) store<f64>(out, 0);
      continue;
    }
    const scale = load<f64>(scales + (row << 3));
    const start = row * <usize>depth;
    if (single) for (let at = from + (start << 2); out < end; at += 4, out += 32) store<f64>(out, <f64>load<f32>(at) * scale);
    else for (let at = from + (start << 3); out < end; at += 8, out += 32) store<f64>(out, load<f64>(at) * scale);
  }
}


/** Panel `x` times panel `y`: 4 × 4 sums at `sums`. */
function tile(x: usize, y: usize, depth: usize, sums: usize): void {
  let a0 = f64x2.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
  for (const end = x + (depth << 5); x < end; x += 32, y += 32) {
    const y0 = v128.load(y), y1 = v128.load(y, 16);
    const xa = v128.load64_splat(x);
    a0 = f64x2.add(a0, f64x2.mul(xa, y0));
    a1 = f64x2.add(a1, f64x2.mul(xa, y1));
    const xb = v128.load64_splat(x, 8);
    b0 = f64x2.add(b0, f64x2.mul(xb, y0));
    b1 = f64x2.add(b1, f64x2.mul(xb, y1));
    const xc = v128.load64_splat(x, 16);
    c0 = f64x2.add(c0, f64x2.mul(xc, y0));
    c1 = f64x2.add(c1, f64x2.mul(xc, y1));
    const xd = v128.load64_splat(x, 24);
    d0 = f64x2.add(d0, f64x2.mul(xd, y0));
    d1 = f64x2.add(d1, f64x2.mul(xd, y1));
  }
  v128.store(sums, a0);
  v128.store(sums + 16, a1);
  v128.store(sums + 32, b0);
  v128.store(sums + 48, b1);
  v128.store(sums + 64, c0);
  v128.store(sums + 80, c1);
  v128.store(sums + 96, d0);
  v128.store(sums + 112, d1);
}

/** Packed rows times themselves, into the float64 matrix `out` (rows × rows): only tiles on and above the diagonal. */
export function multiply(packed: usize, out: usize, sums: usize, rows: i32, depth: i32): void {
  const panelBytes = (<usize>depth * PANEL) << 3;
  for (let i = 0; i < rows; i += 4)
    for (let j = i; j < rows; j += 4) {
      tile(packed + <usize>(i >> 2) * panelBytes, packed + <usize>(j >> 2) * panelBytes, depth, sums);
      for (let r = 0, height = min(4, rows - i), width = min(4, rows - j); r < height; r++)
        for (let c = 0; c < width; c++)
          store<f64>(out + ((<usize>(i + r) * <usize>rows + <usize>(j + c)) << 3), load<f64>(sums + (<usize>(4 * r + c) << 3)));
    }
}
