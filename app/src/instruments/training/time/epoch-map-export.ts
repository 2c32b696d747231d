import { fileName } from '../../../kit/export/download.ts';
import type { ExportablePanel, Figure } from '../../../kit/export/panel.ts';
import type { Palette } from '../../../kit/theme/palette.ts';
import { type ShownMap, shownMapFigure } from '../../../matrix/shown-map.ts';
import { matrixDownloads } from '../../../matrix/values/matrix-downloads.ts';
import type { TrainingData, TrainingRun } from '../training-data.ts';
import { KIND_TITLES, type MatrixKind } from './matrix-kinds.ts';

export interface EpochMapToExport extends ShownMap {
  data: TrainingData;
  run: TrainingRun;
  kind: MatrixKind;
  /** Undefined for the matrix that never changes. */
  epoch: number | undefined;
}

/** A map of one epoch as a picture: also a frame of the animation. */
export function epochFigure(map: EpochMapToExport, palette: Palette): Figure {
  const { title, subtitle } = KIND_TITLES[map.kind];
  return shownMapFigure(
    map,
    {
      title: map.epoch === undefined ? title : `${title}, epoch ${map.epoch}`,
      subtitle: map.epoch === undefined ? subtitle : map.run.name,
      names: map.data.names,
    },
    palette,
  );
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
