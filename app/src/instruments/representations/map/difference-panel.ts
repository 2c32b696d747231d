import type { Matrix32 } from '#src/tensor/matrix.ts';
import { heldPanel, type PanelMatrix } from '../../../matrix/values/panel-matrix.ts';

const HIGH_SHARE = 0.995;

/** a − b with colours that run as far to both sides: to the 99.5 % quantile of sizes off the diagonal. */
export function differencePanel(a: Matrix32, b: Matrix32): PanelMatrix {
  const data = a.data.map((value, k) => value - b.data[k]!);
  const sizes = data.map(Math.abs).filter((_, k) => k % (a.cols + 1) !== 0 && Number.isFinite(data[k]!));
  sizes.sort();
  const end = sizes[Math.min(sizes.length - 1, Math.floor(HIGH_SHARE * sizes.length))] || 1;
  return heldPanel({ rows: a.rows, cols: a.cols, data }, 'difference', { low: -end, high: end });
}
