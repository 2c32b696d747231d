import { describe, expect, it } from 'vitest';
import { distance, divergingTable, SEQUENTIAL_NAMES, sequentialTable } from '../../app/src/kit/theme/colour-maps.ts';
import {
  contrast,
  linearToOklab,
  type Oklab,
  parseHex,
  type Rgb,
  rgbToOklab,
  toLinear,
} from '../../app/src/kit/theme/oklab.ts';
import { dark, differenceTable, light, modelColour } from '../../app/src/kit/theme/palette.ts';

/** What someone without one kind of cone sees, after Viénot, Brettel & Mollon (1999), in linear RGB. */
const BLIND: Record<string, readonly Rgb[]> = {
  protanope: [
    [0.11238, 0.88762, 0],
    [0.11238, 0.88762, 0],
    [0.00401, -0.00401, 1],
  ],
  deuteranope: [
    [0.29275, 0.70725, 0],
    [0.29275, 0.70725, 0],
    [-0.02234, 0.02234, 1],
  ],
};
const seenBy = (rows: readonly Rgb[], rgb: Rgb): Oklab => {
  const linear = toLinear(rgb);
  const seen = rows.map((row) =>
    Math.max(
      0,
      row.reduce((sum, weight, k) => sum + weight * linear[k]!, 0),
    ),
  );
  return linearToOklab(seen as unknown as Rgb);
};

describe.each(SEQUENTIAL_NAMES)('the map %s', (name) => {
  const table = sequentialTable(name).map(rgbToOklab);
  it('rises in lightness from end to end, by at least 0.6', () => {
    for (let i = 1; i < table.length; i++) expect(table[i]![0]).toBeGreaterThan(table[i - 1]![0]);
    expect(table.at(-1)![0] - table[0]![0]).toBeGreaterThan(0.6);
  });
  it('has steps that look equal', () => {
    const steps = table.slice(1).map((colour, i) => distance(colour, table[i]!));
    const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length;
    for (let i = 0; i + 8 <= steps.length; i += 8) {
      const part = steps.slice(i, i + 8).reduce((sum, step) => sum + step, 0) / 8;
      expect(part / mean).toBeGreaterThan(0.7);
      expect(part / mean).toBeLessThan(1.3);
    }
  });
  it.each(Object.entries(BLIND))('keeps its order for a %s', (_who, rows) => {
    const seen = sequentialTable(name).map((rgb) => seenBy(rows, rgb));
    for (let i = 8; i < seen.length; i += 8) {
      expect(seen[i]![0]).toBeGreaterThan(seen[i - 8]![0]);
      expect(distance(seen[i]!, seen[i - 8]!)).toBeGreaterThan(0.01);
    }
  });
});

describe.each([light, dark])('differences on a $scheme page', (palette) => {
  const table = differenceTable(palette);
  it('have the background in the middle', () => {
    for (const k of [127, 128])
      expect(distance(rgbToOklab(table[k]!), rgbToOklab(parseHex(palette.background)))).toBeLessThan(0.01);
  });
  it('have arms of equal lightness that leave the middle steadily', () => {
    const lab = table.map(rgbToOklab);
    for (let k = 0; k < 128; k++) {
      expect(Math.abs(lab[127 - k]![0] - lab[128 + k]![0])).toBeLessThan(0.03);
      if (k > 0) expect(distance(lab[128 + k]!, lab[128]!)).toBeGreaterThan(distance(lab[127 + k]!, lab[128]!));
    }
  });
  it.each(Object.entries(BLIND))('tell the two signs apart for a %s', (_who, rows) => {
    for (const k of [16, 48, 96, 127])
      expect(distance(seenBy(rows, table[127 - k]!), seenBy(rows, table[128 + k]!))).toBeGreaterThan(0.04);
  });
  it('is what divergingTable makes for that background', () => {
    expect(table).toEqual(divergingTable(palette.scheme, rgbToOklab(parseHex(palette.background))));
  });
});

describe.each([light, dark])('the $scheme palette (WCAG 2.2 AA)', (palette) => {
  const ratio = (a: string, b: string): number => contrast(parseHex(a), parseHex(b));
  const grounds = ['background', 'surface', 'sunken', 'selected'] as const;
  it.each(grounds)('has readable text on %s', (ground) => {
    for (const ink of ['text', 'muted', 'accent'] as const)
      expect(ratio(palette[ink], palette[ground]), ink).toBeGreaterThanOrEqual(4.5);
  });
  it('has readable warnings, errors and buttons', () => {
    expect(ratio(palette.warning, palette.warningGround)).toBeGreaterThanOrEqual(4.5);
    expect(ratio(palette.danger, palette.dangerGround)).toBeGreaterThanOrEqual(4.5);
    expect(ratio(palette.onAccent, palette.accent)).toBeGreaterThanOrEqual(4.5);
  });
  it('has outlines, focus and the colours of models that stand out (3:1)', () => {
    for (const ground of ['background', 'surface'] as const) {
      expect(ratio(palette.outline, palette[ground])).toBeGreaterThanOrEqual(3);
      for (let i = 0; i < 8; i++)
        expect(ratio(modelColour(palette, i), palette[ground]), `model ${i}`).toBeGreaterThanOrEqual(3);
    }
  });
  it('gives eight models eight colours', () => {
    const colours = Array.from({ length: 8 }, (_, i) => rgbToOklab(parseHex(modelColour(palette, i))));
    for (let i = 0; i < 8; i++)
      for (let j = 0; j < i; j++) expect(distance(colours[i]!, colours[j]!)).toBeGreaterThan(0.05);
  });
});
