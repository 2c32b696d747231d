/** Colours in OKLab (Ottosson 2020), where equal distances look about equally different, and their way to sRGB. */

/** Lightness 0 … 1, a (green to red), b (blue to yellow). */
export type Oklab = readonly [l: number, a: number, b: number];
/** Components 0 … 1, gamma-encoded as in CSS. */
export type Rgb = readonly [r: number, g: number, b: number];

/** Lightness, chroma and hue in degrees, as in CSS `oklch()`. */
export function oklch(l: number, c: number, hue: number): Oklab {
  const h = (hue * Math.PI) / 180;
  return [l, c * Math.cos(h), c * Math.sin(h)];
}

export function oklabToLinear([l, a, b]: Oklab): Rgb {
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ];
}

export function linearToOklab([r, g, b]: Rgb): Oklab {
  const long = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const medium = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const short = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short,
    1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short,
    0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short,
  ];
}

const encode = (x: number): number => (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055);
const decode = (x: number): number => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);

export function toLinear([r, g, b]: Rgb): Rgb {
  return [decode(r), decode(g), decode(b)];
}

/** sRGB of an OKLab colour; what lies outside the gamut loses chroma until it fits, keeping lightness and hue. */
export function oklabToRgb(colour: Oklab): Rgb {
  let [low, high] = [0, 1];
  const at = (share: number): Rgb => oklabToLinear([colour[0], colour[1] * share, colour[2] * share]);
  const fits = (rgb: Rgb): boolean => rgb.every((x) => x >= -1e-6 && x <= 1 + 1e-6);
  if (fits(at(1))) low = 1;
  else
    for (let i = 0; i < 20; i++) {
      const middle = (low + high) / 2;
      if (fits(at(middle))) low = middle;
      else high = middle;
    }
  const [r, g, b] = at(low);
  const clamp = (x: number): number => Math.min(1, Math.max(0, encode(Math.max(0, x))));
  return [clamp(r), clamp(g), clamp(b)];
}

export function rgbToOklab(rgb: Rgb): Oklab {
  return linearToOklab(toLinear(rgb));
}

/** "#1a2b3c" to components 0 … 1. */
export function parseHex(hex: string): Rgb {
  const n = Number.parseInt(hex.slice(1), 16);
  return [(n >> 16) / 255, ((n >> 8) & 255) / 255, (n & 255) / 255];
}

export function formatHex(rgb: Rgb): string {
  return `#${rgb
    .map((x) =>
      Math.round(x * 255)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

/** Relative luminance of WCAG 2. */
export function luminance(rgb: Rgb): number {
  const [r, g, b] = toLinear(rgb);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast ratio of WCAG 2, 1 … 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}
