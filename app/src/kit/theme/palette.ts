import { type ColourTable, divergingTable, type SequentialName, sequentialTable } from './colour-maps.ts';
import { formatHex, oklabToRgb, oklch, parseHex, rgbToOklab } from './oklab.ts';

/** The colours of one scheme. Every pair that carries text or meaning is held to WCAG 2.2 AA by a test. */
export interface Palette {
  scheme: 'light' | 'dark';
  /** Behind the content, of raised parts (navigation, cards), and of sunken ones (readings, code). */
  background: string;
  surface: string;
  sunken: string;
  /** The chosen row or item. */
  selected: string;
  border: string;
  /** Outlines that must be seen to be used: inputs, checkboxes. */
  outline: string;
  text: string;
  muted: string;
  /** The one accent: links, focus, bars; `accentSoft` is its quiet twin, `onAccent` the text upon it. */
  accent: string;
  accentSoft: string;
  onAccent: string;
  /** The one warning colour and its ground. */
  warning: string;
  warningGround: string;
  danger: string;
  dangerGround: string;
  /** Two shades of the hatching that stands for "no value". */
  missing: readonly [string, string];
}

export const light: Palette = {
  scheme: 'light',
  background: '#fbfbfa',
  surface: '#ffffff',
  sunken: '#f2f3f5',
  selected: '#e9edf8',
  border: '#e2e3e8',
  outline: '#868b97',
  text: '#15171c',
  muted: '#5c616d',
  accent: '#3359cc',
  accentSoft: '#a9b9ec',
  onAccent: '#ffffff',
  warning: '#84470a',
  warningGround: '#fceed4',
  danger: '#a9221b',
  dangerGround: '#fdecea',
  missing: ['#eceded', '#dfe0e1'],
};

export const dark: Palette = {
  scheme: 'dark',
  background: '#111214',
  surface: '#17191c',
  sunken: '#1f2226',
  selected: '#25304d',
  border: '#2b2e34',
  outline: '#747985',
  text: '#eceef1',
  muted: '#a0a5b0',
  accent: '#8ea8f5',
  accentSoft: '#43548c',
  onAccent: '#10131c',
  warning: '#f2bd70',
  warningGround: '#38290f',
  danger: '#ff9d94',
  dangerGround: '#3d1a17',
  missing: ['#1d1f22', '#26292d'],
};

const HUES = [255, 55, 155, 335, 95, 210, 20, 295] as const;

/** A stable colour for the i-th model; after eight they repeat, so names always stand beside them. */
export function modelColour(palette: Palette, i: number): string {
  const lightness = palette.scheme === 'light' ? 0.58 : 0.74;
  return formatHex(oklabToRgb(oklch(lightness, 0.14, HUES[i % HUES.length]!)));
}

const sequential = new Map<SequentialName, ColourTable>();
const diverging = new Map<string, ColourTable>();

/** The table for similarities; the same in light and dark, so that a value keeps its colour. */
export function similarityTable(name: SequentialName): ColourTable {
  let table = sequential.get(name);
  if (!table) sequential.set(name, (table = sequentialTable(name)));
  return table;
}

/** The table for differences, its middle the palette's background. */
export function differenceTable(palette: Palette): ColourTable {
  let table = diverging.get(palette.scheme);
  if (!table)
    diverging.set(palette.scheme, (table = divergingTable(palette.scheme, rgbToOklab(parseHex(palette.background)))));
  return table;
}

/** The palette as CSS custom properties. */
export function cssVariables(palette: Palette): Record<string, string> {
  const { scheme, missing, ...colours } = palette;
  const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return Object.fromEntries(
    Object.entries({ ...colours, missing: missing[0], missingStripe: missing[1] }).map(([name, value]) => [
      `--${kebab(name)}`,
      value,
    ]),
  );
}
