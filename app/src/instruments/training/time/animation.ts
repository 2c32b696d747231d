import { pngBlob } from '../../../kit/export/download.ts';
import type { SequentialName } from '../../../kit/theme/colour-maps.ts';
import type { ColourRange } from '../../../kit/theme/colour-scale.ts';
import type { Palette } from '../../../kit/theme/palette.ts';
import type { MapScene } from '../../../matrix/map-scene.svelte.ts';
import type { TrainingData, TrainingRun } from '../training-data.ts';
import { epochFigure } from './epoch-map-export.ts';
import { loadMatrix, type MatrixKind, matrixAt } from './matrix-kinds.ts';

export interface MapFrames {
  data: TrainingData;
  run: TrainingRun;
  kind: MatrixKind;
  scene: MapScene;
  range: ColourRange | undefined;
  colourMap: SequentialName;
  palette: Palette;
}

/** The map of every kept epoch as pictures of one size, in order of epochs. @throws the signal's reason when aborted. */
export async function mapFrames(
  map: MapFrames,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (done: number, total: number) => void },
): Promise<{ epoch: number; picture: Blob }[]> {
  const { data, run, kind } = map;
  const epochs = run.entry.matrices
    .filter((entry) => kind !== 'scsm' && entry[kind] !== null)
    .map(({ epoch }) => epoch);
  const frames: { epoch: number; picture: Blob }[] = [];
  for (const epoch of epochs) {
    signal.throwIfAborted();
    const matrix = await loadMatrix(data.source, matrixAt(data, run, kind, epoch)!.path);
    const figure = epochFigure(
      { ...map, epoch, matrix, range: map.range ?? matrix.range, selected: undefined, rank: 0 },
      map.palette,
    );
    frames.push({ epoch, picture: await pngBlob(figure, map.palette, 1) });
    onProgress(frames.length, epochs.length);
  }
  return frames;
}

/** The frames as files of a zip archive, stored as they are since PNG is compressed already. */
export async function zipFrames(frames: readonly { epoch: number; picture: Blob }[], stem: string): Promise<Blob> {
  const { zipSync } = await import('fflate');
  const files: Record<string, Uint8Array> = {};
  for (const { epoch, picture } of frames)
    files[`${stem}-${String(epoch).padStart(4, '0')}.png`] = new Uint8Array(await picture.arrayBuffer());
  return new Blob([zipSync(files, { level: 0 })], { type: 'application/zip' });
}
