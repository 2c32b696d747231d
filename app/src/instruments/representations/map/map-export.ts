import { fileName } from '../../../export/download.ts';
import type { ExportablePanel } from '../../../export/panel.ts';
import type { ColourRange } from '../../../matrix/colour-scale.ts';
import { mapFigure } from '../../../matrix/map-figure.ts';
import type { Cell } from '../../../matrix/map-geometry.ts';
import type { MapScene } from '../../../matrix/map-scene.svelte.ts';
import { namedMatrixDownloads } from '../../../matrix/matrix-downloads.ts';
import type { PanelMatrix } from '../../../matrix/panel-matrix.ts';
import type { SequentialName } from '../../../theme/colour-maps.ts';
import { differenceTable, similarityTable } from '../../../theme/palette.ts';
import type { RepresentationsData } from '../representations-data.ts';
import type { MapSpec } from './map-panels.ts';

interface ImageMapToExport {
  spec: MapSpec;
  data: RepresentationsData;
  /** "vit n/Add": what the map is of. */
  of: string;
  matrix: PanelMatrix;
  scene: MapScene;
  range: ColourRange;
  rank: number;
  colourMap: SequentialName;
  selected: Cell | undefined;
}

/** A map as a picture of what is in view, and its values in the order of the study. */
export function imageMapExport(map: ImageMapToExport): ExportablePanel {
  const { spec, data, of, matrix, scene, range, colourMap } = map;
  const title = `${spec.title}, ${of}, ${spec.subtitle}`;
  return {
    id: `map-${spec.id}`,
    title,
    rank: map.rank,
    figure: (palette) =>
      mapFigure({
        title: spec.title,
        subtitle: `${of}, ${spec.subtitle}`,
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
    data: namedMatrixDownloads(
      fileName(title),
      matrix,
      ['image', 'label'],
      data.images.map(({ name, label }) => [name, label]),
    ),
    command: data.section.command,
  };
}
