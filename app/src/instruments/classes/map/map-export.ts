import { fileName } from '../../../export/download.ts';
import type { ExportablePanel } from '../../../export/panel.ts';
import type { OrderName } from '../../../matrix/class-order.ts';
import type { ColourRange } from '../../../matrix/colour-scale.ts';
import { mapFigure } from '../../../matrix/map-figure.ts';
import type { Cell } from '../../../matrix/map-geometry.ts';
import type { MapScene } from '../../../matrix/map-scene.svelte.ts';
import { matrixDownloads } from '../../../matrix/matrix-downloads.ts';
import type { PanelMatrix } from '../../../matrix/panel-matrix.ts';
import type { SequentialName } from '../../../theme/colour-maps.ts';
import { differenceTable, similarityTable } from '../../../theme/palette.ts';
import type { ClassesData } from '../classes-data.ts';
import type { PanelSpec, Scale } from './panel-specs.ts';

interface MapToExport {
  spec: PanelSpec;
  data: ClassesData;
  matrix: PanelMatrix;
  scene: MapScene;
  range: ColourRange;
  order: OrderName;
  scale: Scale;
  rank: number;
  colourMap: SequentialName;
  selected: Cell | undefined;
}

/** A map as a picture of what is in view, and its values in the order of the study. */
export function mapExport(map: MapToExport): ExportablePanel {
  const { spec, data, matrix, scene, range, colourMap } = map;
  const title = `${spec.title}, ${spec.kind === 'difference' ? spec.subtitle : map.scale === 'raw' ? spec.subtitle : map.scale}`;
  const stem = fileName(`${spec.title}-${spec.kind === 'difference' ? 'difference' : map.scale}`);
  return {
    id: `map-${spec.id}`,
    title,
    rank: map.rank,
    figure: (palette) =>
      mapFigure({
        title: spec.title,
        subtitle: spec.subtitle,
        matrix,
        viewport: scene.viewport,
        order: scene.order,
        groups: scene.groups,
        names: data.names,
        selected: map.selected,
        range,
        table: spec.kind === 'difference' ? differenceTable(palette) : similarityTable(colourMap),
        palette,
      }),
    data: matrixDownloads(stem, matrix, data.classes),
    command: data.section.command,
  };
}
