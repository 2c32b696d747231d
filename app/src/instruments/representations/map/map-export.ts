import { fileName } from '../../../kit/export/download.ts';
import type { ExportablePanel } from '../../../kit/export/panel.ts';
import { type ShownMap, shownMapFigure } from '../../../matrix/shown-map.ts';
import { namedMatrixDownloads } from '../../../matrix/values/matrix-downloads.ts';
import type { RepresentationsData } from '../representations-data.ts';
import type { MapSpec } from './map-panels.ts';

interface ImageMapToExport extends ShownMap {
  spec: MapSpec;
  data: RepresentationsData;
  /** "vit n/Add": what the map is of. */
  of: string;
}

/** A map as a picture of what is in view, and its values in the order of the study. */
export function imageMapExport(map: ImageMapToExport): ExportablePanel {
  const { spec, data, of, matrix } = map;
  const title = `${spec.title}, ${of}, ${spec.subtitle}`;
  return {
    id: `map-${spec.id}`,
    title,
    rank: map.rank,
    figure: (palette) =>
      shownMapFigure(
        map,
        {
          title: spec.title,
          subtitle: `${of}, ${spec.subtitle}`,
          names: data.names,
          diverging: spec.kind === 'difference',
        },
        palette,
      ),
    data: namedMatrixDownloads(
      fileName(title),
      matrix,
      ['image', 'label'],
      data.images.map(({ name, label }) => [name, label]),
    ),
    command: data.section.command,
  };
}
