import { csvBlob } from '../../../kit/export/csv.ts';
import { fileName } from '../../../kit/export/download.ts';
import type { ExportablePanel } from '../../../kit/export/panel.ts';
import { element, escapeText, svgDocument } from '../../../kit/export/svg.ts';
import { FONT } from '../../../kit/theme/font.ts';
import type { Palette } from '../../../kit/theme/palette.ts';
import { significant } from '../../../kit/ui/numbers.ts';
import { layerTitle, type RepresentationsData, type ShownLayer } from '../representations-data.ts';
import { drawPair, layoutPair, type PairScene } from './pair-figure.ts';
import type { PairMatches } from './place-pairs.ts';

const MARGIN = 24;
const WIDTH = 560;
const HEAD = 56;

/** Both figures side by side, and all pairs of places as a table. */
export function pairExport(
  data: RepresentationsData,
  layer: ShownLayer,
  pair: { row: number; col: number },
  matches: PairMatches,
  scenes: readonly [PairScene, PairScene],
): ExportablePanel {
  const names = [data.names[pair.row]!, data.names[pair.col]!] as const;
  const title = `${names[0]} and ${names[1]}, ${layerTitle(data, layer)}`;
  const figure = (palette: Palette) => {
    const layout = layoutPair(WIDTH, scenes[0].extent);
    const body: string[] = [];
    const text = (x: number, y: number, content: string, style: Record<string, string | number>): void => {
      body.push(element('text', { x, y, ...style }, escapeText(content)));
    };
    text(MARGIN, MARGIN + 10, title, { fill: palette.text, 'font-size': 15, 'font-weight': 600 });
    const titles = [
      ['Matched places', matches.matched.sum],
      ['Same places', matches.same.sum],
    ] as const;
    scenes.forEach((scene, i) => {
      const x = MARGIN + i * (layout.width + 40);
      const [head, sum] = titles[i]!;
      const told = `${scene.pairs.length} strongest${sum === null ? '' : `, sum over all ${significant(sum, 4)}`}`;
      text(x, MARGIN + 38, head, { fill: palette.text, 'font-size': 12, 'font-weight': 600 });
      text(x + layout.width, MARGIN + 38, told, { fill: palette.muted, 'font-size': 12, 'text-anchor': 'end' });
      body.push(
        element('g', { transform: `translate(${x} ${MARGIN + HEAD - 8})` }, ...drawPair(scene, layout, palette)),
      );
      for (const [n, at] of [
        [0, x],
        [1, x + layout.second],
      ] as const)
        text(at, MARGIN + HEAD + layout.height + 10, names[n], { fill: palette.muted, 'font-size': 11.5 });
    });
    const width = 2 * MARGIN + 2 * layout.width + 40;
    const height = 2 * MARGIN + HEAD + layout.height + 10;
    return { svg: svgDocument(width, height, palette.background, FONT, body), width, height };
  };
  const { width } = scenes[0].extent;
  return {
    id: 'pair',
    title,
    rank: 2,
    figure,
    data: [
      {
        label: 'CSV',
        name: `${fileName(title)}.csv`,
        make: () =>
          csvBlob(
            ['pairs', 'first row', 'first column', 'second row', 'second column', 'inner product'],
            (['matched', 'same'] as const).flatMap((kind) =>
              matches[kind].pairs.map(({ first, second, strength }) => [
                kind,
                Math.floor(first / width),
                first % width,
                Math.floor(second / width),
                second % width,
                strength,
              ]),
            ),
          ),
      },
    ],
    command: data.section.command,
  };
}
