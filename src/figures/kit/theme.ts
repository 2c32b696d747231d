/** Colours of a figure. `paper` is for print on white, `light` and `dark` are those of the app. */
export interface FigureTheme {
  background: string;
  ink: string;
  muted: string;
  grid: string;
  /** Colours that tell series apart, also for readers who see no red or no green (Okabe & Ito 2008). */
  series: readonly string[];
  band: string;
}

const OKABE_ITO = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#6b6b6b'];

export const FIGURE_THEMES = {
  paper: {
    background: '#ffffff',
    ink: '#000000',
    muted: '#4d4d4d',
    grid: '#d9d9d9',
    series: OKABE_ITO,
    band: '#eeeeee',
  },
  light: {
    background: '#fbfbfd',
    ink: '#1c2433',
    muted: '#5a6478',
    grid: '#dde1e9',
    series: OKABE_ITO,
    band: '#eceff5',
  },
  dark: {
    background: '#12161f',
    ink: '#e8ecf4',
    muted: '#9aa5b8',
    grid: '#2b3342',
    series: ['#56b4e9', '#e69f00', '#2fc796', '#e08fbe', '#f0754a', '#7f9cff', '#a8b0bd'],
    band: '#1c2330',
  },
} as const satisfies Record<string, FigureTheme>;

export type FigureThemeName = keyof typeof FIGURE_THEMES;

/** Corners of a map that is monotone in lightness, from low to high: viridis (van der Walt & Smith 2015), sampled. */
const SEQUENTIAL = ['#440154', '#472d7b', '#3b528b', '#2c728e', '#21918c', '#28ae80', '#5ec962', '#addc30', '#fde725'];
/** Corners of a map for differences: blue below zero, white at it, orange above. */
const DIVERGING = ['#00429d', '#4771b2', '#85a9ca', '#c3dbe2', '#ffffff', '#fbd2a4', '#ef9f61', '#d56a2c', '#a3380a'];

export type ColourMapName = 'sequential' | 'diverging';

/** Colour at a share from 0 to 1 of a map. */
export function mapColour(name: ColourMapName, share: number): [number, number, number] {
  const corners = name === 'sequential' ? SEQUENTIAL : DIVERGING;
  const at = Math.max(0, Math.min(1, share)) * (corners.length - 1);
  const k = Math.min(corners.length - 2, Math.floor(at));
  const [a, b] = [corners[k]!, corners[k + 1]!].map((hex) =>
    [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16)),
  );
  return [0, 1, 2].map((i) => Math.round(a![i]! + (at - k) * (b![i]! - a![i]!))) as [number, number, number];
}
