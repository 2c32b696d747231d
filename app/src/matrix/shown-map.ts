import type { Figure } from '../kit/export/panel.ts';
import type { SequentialName } from '../kit/theme/colour-maps.ts';
import type { ColourRange } from '../kit/theme/colour-scale.ts';
import { differenceTable, type Palette, similarityTable } from '../kit/theme/palette.ts';
import { mapFigure } from './map-figure.ts';
import type { Cell } from './map-geometry.ts';
import type { MapScene } from './map-scene.svelte.ts';
import type { PanelMatrix } from './values/panel-matrix.ts';

/** A map as it is on screen. */
export interface ShownMap {
  matrix: PanelMatrix;
  scene: MapScene;
  range: ColourRange;
  colourMap: SequentialName;
  selected: Cell | undefined;
  /** Place among the panels of the view. */
  rank: number;
}

/** What is in view of a map, as a picture in the colours of a palette. */
export function shownMapFigure(
  { matrix, scene, range, colourMap, selected }: ShownMap,
  said: { title: string; subtitle: string; names: readonly string[]; diverging?: boolean },
  palette: Palette,
): Figure {
  const { title, subtitle, names, diverging = false } = said;
  return mapFigure({
    title,
    subtitle,
    matrix,
    viewport: scene.viewport,
    order: scene.order,
    groups: scene.groups,
    names,
    selected,
    range,
    table: diverging ? differenceTable(palette) : similarityTable(colourMap),
    palette,
  });
}
