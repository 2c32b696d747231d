import { formatHex, type Oklab, oklabToRgb, oklch, type Rgb } from './oklab.ts';

/** 256 colours from the lowest to the highest value. */
export type ColourTable = readonly Rgb[];
export const TABLE_SIZE = 256;

/** The maps a reader can choose for similarities; all are monotone in lightness, so they survive greyscale. */
export const SEQUENTIAL_NAMES = ['lagoon', 'dusk', 'ink'] as const;
export type SequentialName = (typeof SEQUENTIAL_NAMES)[number];

/**
 * Corner colours in OKLCH. Lagoon runs from indigo over teal to yellow; dusk from blue over grey to yellow, for readers
 * who see no red or no green; ink is plain lightness, for print.
 */
const CORNERS: Record<SequentialName, readonly Oklab[]> = {
  lagoon: [
    oklch(0.25, 0.115, 303),
    oklch(0.38, 0.12, 285),
    oklch(0.5, 0.1, 250),
    oklch(0.62, 0.1, 195),
    oklch(0.74, 0.14, 158),
    oklch(0.85, 0.17, 125),
    oklch(0.94, 0.17, 104),
  ],
  dusk: [
    oklch(0.24, 0.09, 262),
    oklch(0.4, 0.06, 262),
    oklch(0.55, 0.015, 270),
    oklch(0.7, 0.055, 98),
    oklch(0.83, 0.12, 95),
    oklch(0.94, 0.16, 98),
  ],
  ink: [oklch(0.2, 0.01, 262), oklch(0.97, 0.005, 262)],
};

/** Points along the corners, smoothed by a Catmull–Rom spline and spaced at equal OKLab distances. */
function spaceEvenly(corners: readonly Oklab[], count: number): Oklab[] {
  const fine: Oklab[] = [];
  const last = corners.length - 1;
  const steps = 64 * last;
  for (let s = 0; s <= steps; s++) {
    const t = (s / steps) * last;
    const i = Math.min(last - 1, Math.floor(t));
    const u = t - i;
    const points = [-1, 0, 1, 2].map((d) => corners[Math.min(last, Math.max(0, i + d))]!);
    const weights = [
      -0.5 * u ** 3 + u ** 2 - 0.5 * u,
      1.5 * u ** 3 - 2.5 * u ** 2 + 1,
      -1.5 * u ** 3 + 2 * u ** 2 + 0.5 * u,
      0.5 * u ** 3 - 0.5 * u ** 2,
    ];
    const at = (axis: 0 | 1 | 2): number => points.reduce((sum, point, k) => sum + weights[k]! * point[axis], 0);
    fine.push([at(0), at(1), at(2)]);
  }
  const along = [0];
  for (let i = 1; i < fine.length; i++) along.push(along[i - 1]! + distance(fine[i - 1]!, fine[i]!));
  const total = along.at(-1)!;
  const out: Oklab[] = [];
  let k = 0;
  for (let i = 0; i < count; i++) {
    const target = (i / (count - 1)) * total;
    while (k < fine.length - 2 && along[k + 1]! < target) k++;
    const share = (target - along[k]!) / (along[k + 1]! - along[k]! || 1);
    const [from, to] = [fine[k]!, fine[k + 1]!];
    out.push([0, 1, 2].map((axis) => from[axis]! + share * (to[axis]! - from[axis]!)) as unknown as Oklab);
  }
  return out;
}

/** Distance in OKLab. */
export function distance(a: Oklab, b: Oklab): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/** A sequential table: perceptually uniform, lightness rising throughout. */
export function sequentialTable(name: SequentialName): ColourTable {
  return spaceEvenly(CORNERS[name], TABLE_SIZE).map(oklabToRgb);
}

/**
 * A diverging table from blue (low) to orange-red (high). Its middle is `middle`, the background it is shown on, so
 * that agreement recedes and disagreement stands out, in light as in dark; both arms have the same lightness.
 */
export function divergingTable(scheme: 'light' | 'dark', middle: Oklab): ColourTable {
  const [near, far] =
    scheme === 'light'
      ? [
          [0.76, 0.1],
          [0.44, 0.15],
        ]
      : [
          [0.5, 0.12],
          [0.82, 0.12],
        ];
  const arm = (hue: number): Oklab[] =>
    spaceEvenly([middle, oklch(near![0]!, near![1]!, hue), oklch(far![0]!, far![1]!, hue)], TABLE_SIZE / 2);
  return [...arm(252).reverse(), ...arm(42)].map(oklabToRgb);
}

/** `linear-gradient(…)` stops of a table, for legends. */
export function gradientStops(table: ColourTable, count = 16): string[] {
  return Array.from({ length: count }, (_, i) => formatHex(table[Math.round((i / (count - 1)) * (table.length - 1))]!));
}
