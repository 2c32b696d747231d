import type { ConceptsSection } from '#src/study/concepts-section.ts';
import { element, escapeText, textWidth } from '../../../kit/export/svg.ts';
import type { ColourTable } from '../../../kit/theme/colour-maps.ts';
import { type ColourRange, colourIndex } from '../../../kit/theme/colour-scale.ts';
import { FONT } from '../../../kit/theme/font.ts';
import { formatHex, luminance } from '../../../kit/theme/oklab.ts';
import type { Palette } from '../../../kit/theme/palette.ts';
import { fixed } from '../../../kit/ui/numbers.ts';

export type LayerMap = NonNullable<ConceptsSection['layerMap']>;
export const LAYER_KINDS = ['both', 'first', 'second', 'mean', 'max'] as const;
export type LayerKind = (typeof LAYER_KINDS)[number];

export function layerKindTitle(kind: LayerKind, names: readonly [string, string]): { short: string; long: string } {
  return {
    both: { short: 'Both', long: 'mean of the concepts’ best matches, both directions' },
    first: { short: names[0], long: `mean over the concepts of ${names[0]} of their best match` },
    second: { short: names[1], long: `mean over the concepts of ${names[1]} of their best match` },
    mean: { short: 'Mean', long: 'mean correlation of all pairs of concepts' },
    max: { short: 'Largest', long: 'largest correlation of any pair of concepts' },
  }[kind];
}

export interface LayerDrawing {
  left: number;
  top: number;
  cell: { width: number; height: number };
  width: number;
  height: number;
  body: string[];
}

/** The range of a map's colours: from 0, or from below where a value is. */
export function layerRange(values: readonly (readonly (number | null)[])[]): ColourRange {
  const all = values.flat().filter((value) => value !== null);
  const low = all.reduce((a, b) => Math.min(a, b), 0);
  return { low, high: all.reduce((a, b) => Math.max(a, b), low + 1e-6) };
}

/** Layers of the first model upwards, the first at the bottom, against those of the second to the right. */
export function drawLayers(
  map: LayerMap,
  kind: LayerKind,
  names: readonly [string, string],
  table: ColourTable,
  palette: Palette,
  room: number,
): LayerDrawing {
  const values = map[kind];
  const [rows, cols] = map.layers;
  const label = Math.min(170, Math.max(...rows.map((name) => textWidth(name, `11px ${FONT}`))) + 10);
  const below = Math.min(150, Math.max(...cols.map((name) => textWidth(name, `11px ${FONT}`))) + 10);
  const left = label + 20;
  const top = 6;
  const width = Math.max(7, Math.min(56, (room - left - 10) / cols.length));
  const height = Math.max(7, Math.min(40, Math.max(14, 440 / rows.length)));
  const range = layerRange(values);
  const body: string[] = [];
  const every = (size: number): number => Math.max(1, Math.ceil(12 / size));
  rows.forEach((name, i) => {
    const y = top + i * height;
    if (i % every(height) === 0)
      body.push(
        element(
          'text',
          { x: left - 6, y: y + height / 2 + 4, 'text-anchor': 'end', fill: palette.muted, 'font-size': 11 },
          escapeText(shorten(name, label)),
        ),
      );
    values[i]!.forEach((value, j) => {
      const rgb = value === null ? undefined : table[colourIndex(value, range)]!;
      const x = left + j * width;
      body.push(
        element('rect', {
          x,
          y,
          width: width - 1,
          height: height - 1,
          rx: 1.5,
          fill: rgb ? formatHex(rgb) : palette.missing[1],
        }),
      );
      if (rgb && width >= 30 && height >= 16)
        body.push(
          element(
            'text',
            {
              x: x + width / 2,
              y: y + height / 2 + 4,
              'text-anchor': 'middle',
              'font-size': 11,
              fill: luminance(rgb) > 0.18 ? '#000000' : '#ffffff',
            },
            fixed(value),
          ),
        );
    });
  });
  const bottom = top + rows.length * height;
  cols.forEach((name, j) => {
    if (j % every(width) !== 0) return;
    const x = left + (j + 0.5) * width;
    body.push(
      element(
        'text',
        {
          x,
          y: bottom + 8,
          'text-anchor': 'end',
          fill: palette.muted,
          'font-size': 11,
          transform: `rotate(-60 ${x.toFixed(1)} ${bottom + 8})`,
        },
        escapeText(shorten(name, below)),
      ),
    );
  });
  const full = bottom + below + 22;
  body.push(
    element(
      'text',
      { x: left + cols.length * width, y: full - 6, 'text-anchor': 'end', fill: palette.text, 'font-size': 12 },
      escapeText(`layers of ${names[1]} →`),
    ),
    element(
      'text',
      { x: 12, y: bottom, fill: palette.text, 'font-size': 12, transform: `rotate(-90 12 ${bottom})` },
      escapeText(`layers of ${names[0]} →`),
    ),
  );
  return { left, top, cell: { width, height }, width: left + cols.length * width + 8, height: full, body };
}

function shorten(name: string, room: number): string {
  if (textWidth(name, `11px ${FONT}`) <= room - 8) return name;
  let end = name.length;
  while (end > 4 && textWidth(`…${name.slice(-end)}`, `11px ${FONT}`) > room - 8) end--;
  return `…${name.slice(-end)}`;
}
