import { fileName } from '../../../export/download.ts';
import type { ExportablePanel, Figure } from '../../../export/panel.ts';
import type { ColourRange } from '../../../matrix/colour-scale.ts';
import { mapFigure } from '../../../matrix/map-figure.ts';
import type { Cell } from '../../../matrix/map-geometry.ts';
import type { MapScene } from '../../../matrix/map-scene.svelte.ts';
import { matrixDownloads } from '../../../matrix/matrix-downloads.ts';
import type { PanelMatrix } from '../../../matrix/panel-matrix.ts';
import type { SequentialName } from '../../../theme/colour-maps.ts';
import { type Palette, similarityTable } from '../../../theme/palette.ts';
import type { TrainingData, TrainingRun } from '../training-data.ts';
import { KIND_TITLES, type MatrixKind } from './matrix-kinds.ts';

export interface EpochMapToExport {
  data: TrainingData;
  run: TrainingRun;
  kind: MatrixKind;
  /** Undefined for the matrix that never changes. */
  epoch: number | undefined;
  matrix: PanelMatrix;
  scene: MapScene;
  range: ColourRange;
  colourMap: SequentialName;
  selected: Cell | undefined;
  rank: number;
}

/** A map of one epoch as a picture: also a frame of the animation. */
export function epochFigure(map: EpochMapToExport, palette: Palette): Figure {
  const { title, subtitle } = KIND_TITLES[map.kind];
  return mapFigure({
    title: map.epoch === undefined ? title : `${title}, epoch ${map.epoch}`,
    subtitle: map.epoch === undefined ? subtitle : map.run.name,
    matrix: map.matrix,
    viewport: map.scene.viewport,
    order: map.scene.order,
    groups: map.scene.groups,
    names: map.data.names,
    selected: map.selected,
    range: map.range,
    table: similarityTable(map.colourMap),
    palette,
  });
}

/** A map of one epoch as a picture of what is in view, and its values in the order of the study. */
export function epochMapExport(map: EpochMapToExport): ExportablePanel {
  const { data, run, kind, epoch, matrix } = map;
  const title =
    epoch === undefined ? KIND_TITLES[kind].title : `${KIND_TITLES[kind].title}, ${run.name}, epoch ${epoch}`;
  const stem = fileName(epoch === undefined ? kind : `${run.id}-${kind}-${String(epoch).padStart(4, '0')}`);
  return {
    id: `map-${kind}-${epoch ?? ''}`,
    title,
    rank: map.rank,
    figure: (palette) => epochFigure(map, palette),
    data: matrixDownloads(stem, matrix, data.classes),
    command: data.section.command,
  };
}
