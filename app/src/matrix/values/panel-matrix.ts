import type { DisplayMatrix } from '#src/study/display-matrix.ts';
import type { Matrix32 } from '#src/tensor/matrix.ts';
import type { ColourRange } from '../../kit/theme/colour-scale.ts';
import { codeHistogram, fullRange, quantileRange } from './colour-range.ts';
import { codeValue, quantiseTo } from './display-codes.ts';

/** A matrix as one map shows it, in the units that are shown. */
export interface PanelMatrix {
  display: DisplayMatrix;
  /** Off-diagonal entries per code. */
  histogram: Uint32Array;
  /** Where the colours run when nobody chose otherwise. */
  range: ColourRange;
  /** Similarities have a low and a high end, differences a fixed middle. */
  kind: 'similarity' | 'difference';
  /** Row `i` in shown units, exact. */
  row: (i: number) => Promise<Float32Array>;
  /** The whole in shown units, exact. */
  matrix: () => Promise<Matrix32>;
  /** The value as far as it is known at once: from the codes, so to 1/254 of the range. */
  nearValue: (row: number, col: number) => number;
}

function panelMatrix(
  display: DisplayMatrix,
  kind: PanelMatrix['kind'],
  range: (histogram: Uint32Array) => ColourRange,
  matrix: () => Promise<Matrix32>,
  row: (i: number) => Promise<Float32Array>,
): PanelMatrix {
  const histogram = codeHistogram(display);
  return {
    display,
    histogram,
    range: range(histogram),
    kind,
    row,
    matrix,
    nearValue: (i, j) => codeValue(display, display.codes[i * display.cols + j]!),
  };
}

/** Similarities as they are. */
export function rawPanel(
  display: DisplayMatrix,
  matrix: () => Promise<Matrix32>,
  row: (i: number) => Promise<Float32Array>,
): PanelMatrix {
  return panelMatrix(display, 'similarity', (histogram) => quantileRange(display, histogram), matrix, row);
}

/** Similarities scaled so that the off-diagonal runs from 0 to 1, as in the cosine alignment. */
export function scaledPanel(raw: PanelMatrix): PanelMatrix {
  const { low, high } = fullRange(raw.display, raw.histogram);
  const scale = (x: number): number => (x - low) / (high - low || 1);
  const scaleAll = (values: Float32Array): Float32Array => values.map(scale);
  const display = { ...raw.display, min: scale(raw.display.min), max: scale(raw.display.max) };
  return panelMatrix(
    display,
    'similarity',
    () => ({ low: 0, high: 1 }),
    async () => {
      const matrix = await raw.matrix();
      return { ...matrix, data: scaleAll(matrix.data) };
    },
    async (i) => scaleAll(await raw.row(i)),
  );
}

/** A matrix that is wholly at hand and fills a fixed range: shares of ranks, or differences of them. */
export function heldPanel(held: Matrix32, kind: PanelMatrix['kind'], range: ColourRange): PanelMatrix {
  const codes = quantiseTo(held.data, range.low, range.high);
  const display = { rows: held.rows, cols: held.cols, min: range.low, max: range.high, codes };
  const panel = panelMatrix(
    display,
    kind,
    () => range,
    async () => held,
    async (i) => held.data.subarray(i * held.cols, (i + 1) * held.cols),
  );
  return { ...panel, nearValue: (i, j) => held.data[i * held.cols + j]! };
}

/** The range that holds the ranges of all. */
export function unionRange(ranges: readonly ColourRange[]): ColourRange {
  return { low: Math.min(...ranges.map(({ low }) => low)), high: Math.max(...ranges.map(({ high }) => high)) };
}
