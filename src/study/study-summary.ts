import type { StudyManifest } from './manifest.ts';

/** What a list of studies says of one of them, from its manifest alone. */
export interface StudySummary {
  name: string;
  /** Its instruments that the app has views of, in the order in which it shows them. */
  instruments: (keyof StudyManifest['instruments'])[];
  /** Models or runs, each once. */
  models: string[];
  classes: number | null;
  images: number | null;
  /** Path of a similarity matrix that stands for the study; null where it has none. */
  picture: string | null;
}

const INSTRUMENTS = ['classes', 'training', 'representations', 'concepts'] as const;

/** Sums up a study. */
export function summarise({ name, instruments }: StudyManifest): StudySummary {
  const { classes, training, representations, concepts, atlas } = instruments;
  const models = [classes?.models, training?.runs, representations?.models, concepts?.models, atlas?.models].flatMap(
    (list) => list?.map((model) => model.name) ?? [],
  );
  return {
    name,
    instruments: INSTRUMENTS.filter((instrument) => instruments[instrument] !== undefined),
    models: [...new Set(models)],
    classes: classes?.labels.classes ?? training?.labels.classes ?? null,
    images: representations?.imageCount ?? concepts?.imageCount ?? atlas?.imageCount ?? null,
    picture: pictureOf(instruments),
  };
}

function pictureOf({ classes, training, representations }: StudyManifest['instruments']): string | null {
  const ofClasses = classes?.models.find(({ matrix }) => matrix !== null)?.matrix;
  const ofTraining = training?.runs.flatMap(({ matrices }) => matrices.at(-1)?.ncsm ?? [])[0];
  const layer = representations?.models.flatMap(({ layers }) => layers.at(-1) ?? [])[0];
  return ofClasses ?? ofTraining ?? (layer && Object.values(layer.matrices)[0]?.semantic) ?? null;
}
