// Products of the rows of X and Y, in float32 blocks whose sums are added in float64.
//
// Y is packed into panels of 8 rows, interleaved by feature, so that one vector load brings the same feature of four
// rows; X likewise by 4. A tile of 4 rows of X and 8 of Y then lives in eight registers.

/** Features summed in float32 before the sum goes into float64. */
const BLOCK: usize = 128;
const PANEL: usize = 8;
const TILE: usize = 4;
/** Rows of X that stay in the cache while all panels pass them. A multiple of the tile. */
const ROW_BLOCK: i32 = 32;

/** The first byte that data may use. */
export function heapBase(): usize {
  return __heap_base;
}

/**
 * Interleaves `rows` rows of `depth` features, each times its float64 factor at `scales`, into panels of 2^shift rows;
 * rows beyond the end become zeros.
 */
export function pack(from: usize, to: usize, rows: i32, depth: i32, shift: u32, scales: usize): void {
  const stride = <usize>depth << 2;
  const width = <usize>1 << shift;
  const step = width << 2;
  const panelBytes = stride << shift;
  const panels = (<usize>rows + width - 1) >> shift;
  for (let p: usize = 0; p < panels; p++) {
    const panel = to + p * panelBytes;
    const end = panel + panelBytes;
    for (let r: usize = 0; r < width; r++) {
      const row = (p << shift) + r;
      let out = panel + (r << 2);
      if (row < <usize>rows) {
        const scale = load<f64>(scales + (row << 3));
        for (let at = from + row * stride; out < end; at += 4, out += step)
          store<f32>(out, <f32>(<f64>load<f32>(at) * scale));
      } else for (; out < end; out += step) store<f32>(out, 0);
    }
  }
}

@inline function addLow(sum: usize, x: v128): void {
  v128.store(sum, f64x2.add(v128.load(sum), f64x2.promote_low_f32x4(x)));
}

/** Adds four float32 sums to four float64 ones. */
@inline function addTo(sum: usize, x: v128): void {
  addLow(sum, x);
  addLow(sum + 16, i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15));
}

/** The panel of 4 rows of X at `x` times the panel of 8 rows of Y at `y`, into 4 × 8 float64 sums at `sums`. */
function tile(x: usize, y: usize, depth: usize, sums: usize): void {
  memory.fill(sums, 0, TILE * PANEL * 8);
  let left = depth;
  while (left > 0) {
    const count = min(left, BLOCK);
    let a0 = f32x4.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
    for (const end = x + (count << 4); x < end; x += 16, y += 32) {
      const y0 = v128.load(y), y1 = v128.load(y, 16);
      const xa = v128.load32_splat(x);
      a0 = f32x4.add(a0, f32x4.mul(xa, y0));
      a1 = f32x4.add(a1, f32x4.mul(xa, y1));
      const xb = v128.load32_splat(x, 4);
      b0 = f32x4.add(b0, f32x4.mul(xb, y0));
      b1 = f32x4.add(b1, f32x4.mul(xb, y1));
      const xc = v128.load32_splat(x, 8);
      c0 = f32x4.add(c0, f32x4.mul(xc, y0));
      c1 = f32x4.add(c1, f32x4.mul(xc, y1));
      const xd = v128.load32_splat(x, 12);
      d0 = f32x4.add(d0, f32x4.mul(xd, y0));
      d1 = f32x4.add(d1, f32x4.mul(xd, y1));
    }
    addTo(sums, a0);
    addTo(sums + 32, a1);
    addTo(sums + 64, b0);
    addTo(sums + 96, b1);
    addTo(sums + 128, c0);
    addTo(sums + 160, c1);
    addTo(sums + 192, d0);
    addTo(sums + 224, d1);
    left -= count;
  }
}

/**
 * X (m rows, packed by 4) times Y (n rows, packed by 8), both of `depth` features, into the float32 matrix `out` (m × n).
 * With `upper` set, only tiles that reach the diagonal or lie above it are filled.
 */
export function multiply(x: usize, y: usize, out: usize, sums: usize, m: i32, n: i32, depth: i32, upper: bool): void {
  const stride = <usize>depth << 2;
  const panelBytes = stride * PANEL;
  for (let block = 0; block < m; block += ROW_BLOCK) {
    const blockEnd = min(m, block + ROW_BLOCK);
    // With `upper`, panels that end before the block's first row lie below the diagonal.
    for (let j = upper ? block & ~7 : 0; j < n; j += 8) {
      const panel = y + <usize>(j >> 3) * panelBytes;
      const cols = min(8, n - j);
      const rowEnd = upper ? min(blockEnd, j + 8) : blockEnd;
      for (let i = block; i < rowEnd; i += 4) {
        tile(x + <usize>i * stride, panel, depth, sums);
        const rows = min(4, m - i);
        for (let r = 0; r < rows; r++) {
          const to = out + (<usize>(i + r) * <usize>n + <usize>j) * 4;
          const from = sums + (<usize>r << 6);
          for (let c = 0; c < cols; c++) store<f32>(to + (<usize>c << 2), <f32>load<f64>(from + (<usize>c << 3)));
        }
      }
    }
  }
}
