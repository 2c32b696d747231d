import { fileName } from '../../../kit/export/download.ts';
import type { ExportablePanel } from '../../../kit/export/panel.ts';
import type { OrderName } from '../../../matrix/class-order.ts';
import { type ShownMap, shownMapFigure } from '../../../matrix/shown-map.ts';
import { matrixDownloads } from '../../../matrix/values/matrix-downloads.ts';
import type { ClassesData } from '../classes-data.ts';
import type { PanelSpec, Scale } from './panel-specs.ts';

interface MapToExport extends ShownMap {
  spec: PanelSpec;
  data: ClassesData;
  order: OrderName;
  scale: Scale;
}

/** A map as a picture of what is in view, and its values in the order of the study. */
export function mapExport(map: MapToExport): ExportablePanel {
  const { spec, data, matrix } = map;
  const title = `${spec.title}, ${spec.kind === 'difference' ? spec.subtitle : map.scale === 'raw' ? spec.subtitle : map.scale}`;
  const stem = fileName(`${spec.title}-${spec.kind === 'difference' ? 'difference' : map.scale}`);
  return {
    id: `map-${spec.id}`,
    title,
    rank: map.rank,
    figure: (palette) =>
      shownMapFigure(
        map,
        { title: spec.title, subtitle: spec.subtitle, names: data.names, diverging: spec.kind === 'difference' },
        palette,
      ),
    data: matrixDownloads(stem, matrix, data.classes),
    command: data.section.command,
  };
}
