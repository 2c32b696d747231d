// Products of the rows of a matrix with each other, in 64 bits throughout.
//
// Rows are packed into panels of 4, interleaved by feature, so that one vector load brings the same feature of two rows.
// A tile of 4 × 4 products lives in eight registers.
import { tile64 } from '../../shared/assembly/tile64';

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
    if (single)
      for (let at = from + (start << 2); out < end; at += 4, out += 32) store<f64>(out, <f64>load<f32>(at) * scale);
    else for (let at = from + (start << 3); out < end; at += 8, out += 32) store<f64>(out, load<f64>(at) * scale);
  }
}

/** Packed rows times themselves, into the float64 matrix `out` (rows × rows): only tiles on and above the diagonal. */
export function multiply(packed: usize, out: usize, sums: usize, rows: i32, depth: i32): void {
  const panelBytes = (<usize>depth * PANEL) << 3;
  for (let i = 0; i < rows; i += 4)
    for (let j = i; j < rows; j += 4) {
      memory.fill(sums, 0, 128);
      tile64(packed + <usize>(i >> 2) * panelBytes, packed + <usize>(j >> 2) * panelBytes, depth, sums, 32);
      for (let r = 0, height = min(4, rows - i), width = min(4, rows - j); r < height; r++)
        for (let c = 0; c < width; c++)
          store<f64>(
            out + ((<usize>(i + r) * <usize>rows + <usize>(j + c)) << 3),
            load<f64>(sums + ((<usize>(4 * r + c)) << 3)),
          );
    }
}
