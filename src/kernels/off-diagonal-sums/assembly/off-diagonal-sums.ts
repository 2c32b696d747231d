// Sums over the centred entries of an n × n matrix from which the diagonal was removed.

/** Rows and columns walked together so that an entry and its mirror image stay in the cache. */
const TILE: i32 = 32;

/** The first byte that data may use. */
export function heapBase(): usize {
  return __heap_base;
}

// @ts-expect-error: decorator
@inline
function lanes(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
}

/** Takes `mean` off the f64 values in [from, end), adds them to the sums at `columns`; their sum, and their squares' to `squares`. */
function centre(from: usize, end: usize, mean: f64, columns: usize, squares: usize): f64 {
  const less = f64x2.splat(mean);
  let sum = f64x2.splat(0),
    power = sum;
  for (; from + 16 <= end; from += 16, columns += 16) {
    const x = f64x2.sub(v128.load(from), less);
    v128.store(from, x);
    v128.store(columns, f64x2.add(v128.load(columns), x));
    sum = f64x2.add(sum, x);
    power = f64x2.add(power, f64x2.mul(x, x));
  }
  let total = lanes(sum),
    powers = lanes(power);
  if (from < end) {
    const x = load<f64>(from) - mean;
    store<f64>(from, x);
    store<f64>(columns, load<f64>(columns) + x);
    total += x;
    powers += x * x;
  }
  store<f64>(squares, load<f64>(squares) + powers);
  return total;
}

/**
 * Of the n × (n − 1) f64 entries at `data`, which are centred in place, six f64 to `out`: their mean before, Σ squares, Σ
 * entry × mirror image, Σ squared row sums, Σ squared column sums, Σ row sum × column sum. `rows` and `columns` have room
 * for n f64 each.
 */
export function sums(data: usize, n: i32, rows: usize, columns: usize, out: usize): void {
  const rowBytes = (<usize>(n - 1)) << 3;
  const end = data + <usize>n * rowBytes;
  let a = f64x2.splat(0),
    b = a;
  let at = data;
  for (; at + 32 <= end; at += 32) {
    a = f64x2.add(a, v128.load(at));
    b = f64x2.add(b, v128.load(at, 16));
  }
  let total = lanes(f64x2.add(a, b));
  for (; at < end; at += 8) total += load<f64>(at);
  const mean = total / (<f64>n * <f64>(n - 1));

  memory.fill(columns, 0, (<usize>n) << 3);
  memory.fill(out, 0, 48);
  store<f64>(out, mean);
  for (let i = 0; i < n; i++) {
    const row = data + <usize>i * rowBytes;
    const gap = row + ((<usize>i) << 3);
    const before = centre(row, gap, mean, columns, out + 8);
    store<f64>(
      rows + ((<usize>i) << 3),
      before + centre(gap, row + rowBytes, mean, columns + ((<usize>(i + 1)) << 3), out + 8),
    );
  }

  let mirrored: f64 = 0,
    mirrored2: f64 = 0;
  for (let top = 0; top < n; top += TILE)
    for (let left = 0; left <= top; left += TILE)
      for (let i = top; i < min(n, top + TILE); i++) {
        let entry = data + <usize>i * rowBytes + ((<usize>left) << 3);
        let mirror = data + <usize>left * rowBytes + ((<usize>(i - 1)) << 3);
        const stop = data + <usize>i * rowBytes + ((<usize>min(i, left + TILE)) << 3);
        for (; entry + 16 <= stop; entry += 16, mirror += 2 * rowBytes) {
          mirrored += load<f64>(entry) * load<f64>(mirror);
          mirrored2 += load<f64>(entry, 8) * load<f64>(mirror + rowBytes);
        }
        if (entry < stop) mirrored += load<f64>(entry) * load<f64>(mirror);
      }
  store<f64>(out, 2 * (mirrored + mirrored2), 16);

  let rowSquares: f64 = 0,
    columnSquares: f64 = 0,
    rowColumn: f64 = 0;
  for (let i: usize = 0; i < <usize>n; i++) {
    const r = load<f64>(rows + (i << 3)),
      c = load<f64>(columns + (i << 3));
    rowSquares += r * r;
    columnSquares += c * c;
    rowColumn += r * c;
  }
  store<f64>(out, rowSquares, 24);
  store<f64>(out, columnSquares, 32);
  store<f64>(out, rowColumn, 40);
}
