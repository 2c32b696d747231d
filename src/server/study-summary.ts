import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type InstrumentName, instrumentsOf } from '../findings/finding.ts';
import { MANIFEST_PATH, type StudyManifest } from '../study/manifest.ts';

/** What a list of studies says of one of them. */
export interface StudySummary {
  name: string;
  instruments: InstrumentName[];
  /** Models or runs, each once. */
  models: string[];
  classes: number | null;
  images: number | null;
  /** Path of a similarity matrix that stands for the study; null where it has none. */
  picture: string | null;
  /** When it was last written, as ISO 8601. */
  changed: string;
  /** Bytes of its files. */
  bytes: number;
}

/** Sums up a study from its manifest and the sizes of its files. */
export async function summariseStudy(folder: string, manifest: StudyManifest): Promise<StudySummary> {
  const { classes, training, representations, concepts, atlas } = manifest.instruments;
  const sizes = await Promise.all(
    Object.keys(manifest.files).map((path) =>
      stat(join(folder, path)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  const written = await stat(join(folder, MANIFEST_PATH));
  const models = [classes?.models, training?.runs, representations?.models, concepts?.models, atlas?.models].flatMap(
    (list) => list?.map(({ name }) => name) ?? [],
  );
  return {
    name: manifest.name,
    instruments: instrumentsOf(manifest),
    models: [...new Set(models)],
    classes: classes?.labels.classes ?? training?.labels.classes ?? null,
    images: representations?.imageCount ?? concepts?.imageCount ?? atlas?.imageCount ?? null,
    picture: pictureOf(manifest),
    changed: written.mtime.toISOString(),
    bytes: sizes.reduce((sum, size) => sum + size, written.size),
  };
}

function pictureOf({ instruments: { classes, training, representations } }: StudyManifest): string | null {
  const ofClasses = classes?.models.find(({ matrix }) => matrix !== null)?.matrix;
  const ofTraining = training?.runs.flatMap(({ matrices }) => matrices.at(-1)?.ncsm ?? [])[0];
  const layer = representations?.models.flatMap(({ layers }) => layers.at(-1) ?? [])[0];
  return ofClasses ?? ofTraining ?? (layer && Object.values(layer.matrices)[0]?.semantic) ?? null;
}
