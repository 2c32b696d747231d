import * as z from 'zod/mini';

const finite = z.number();
const interval = z.nullable(z.object({ low: finite, high: finite }));
const level = z.nullable(z.object({ mean: finite, sd: finite, z: z.nullable(finite) }));
const bothKinds = <T extends z.ZodMiniType>(value: T) => z.object({ all: value, errorsOnly: value });
const agreement = z.object({ cosine: z.nullable(finite), classes: z.int() });
const excess = z.nullable(z.object({ difference: finite, interval, classes: z.int() }));

/** IDM of the mistakes with what random mistakes give and a 95 % interval over samples. */
const idmSchema = z.extend(bothKinds(z.nullable(finite)), {
  chance: bothKinds(level),
  interval: bothKinds(interval),
  samples: z.int(),
  errors: z.int(),
  classes: z.int(),
});

/** What a model takes labelled pictures for, and how its mistakes go with the similarity of classes. */
export const predictionsSchema = z.object({
  /** The output that the predictions are of. */
  output: z.string(),
  /** Pictures whose class is in the study, and how many of them are taken for it; with a 95 % interval (Wilson). */
  samples: z.int(),
  accuracy: finite,
  accuracyInterval: interval,
  /** Share whose class is among the first five; null with fewer than six classes. */
  top5: z.nullable(finite),
  /** Classes that any picture is taken for. */
  predictedClasses: z.int(),
  /** Pictures that count as wrong but are in no matrix: they are taken for a class that the study lacks. */
  beyondStudy: z.int(),
  /** Cosine of scaled matrices, by pair such as "ncsm_ccsm", with its chance level and the classes compared. */
  sai: z.record(z.string(), z.object({ cosine: z.nullable(finite), chance: level, classes: z.int() })),
  /** By the weights' own similarity (NIDM) and by the first reference (WIDM with WordNet). */
  idm: z.object({ network: z.optional(idmSchema), semantic: z.optional(idmSchema) }),
  typicality: z.optional(
    z.object({
      correct: agreement,
      wrong: agreement,
      random: z.object({ correct: agreement, wrong: agreement }),
      excess: z.object({ correct: excess, wrong: excess }),
    }),
  ),
  /** f32 C×C, each class's share of predictions with 1 on the diagonal (CCSM); NaN for classes without pictures. */
  ccsm: z.string(),
  /** f32 C×C, how many pictures of class t (row) are taken for class p. */
  confusion: z.string(),
  /** Table: one row a picture. */
  table: z.string(),
});

/** What a study holds of a model's predictions on labelled pictures. */
export type PredictionsEntry = z.infer<typeof predictionsSchema>;

/** A row of the table of predictions; classes are indices of the study. */
export interface PredictionRow {
  picture: string;
  class: number;
  /** The best classes, falling by score; null for one that the study lacks. */
  best: (number | null)[];
  /** Cosine of its features to its class template; null where one has no direction. */
  templateCosine: number | null;
}
