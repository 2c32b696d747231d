import * as z from 'zod/mini';
import { pictureFiles, picturesSectionSchema } from './pictures-section.ts';
import { labelsSchema, sectionOrigin } from './section-parts.ts';

const finite = z.number();

const boundary = z.union([
  z.object({
    status: z.literal('found'),
    epoch: finite,
    value: finite,
    evidence: z.string(),
    /** The middle 90 % of resamples of the classes, and the share of them that has the boundary at all. */
    interval: z.optional(z.object({ low: finite, high: finite, share: finite })),
  }),
  z.object({ status: z.enum(['not reached', 'none']), reason: z.string() }),
]);

/** The phases found in one curve, with the smoothed curve that they were found in. */
const phasesSchema = z.object({
  /** "drop-then-growth" is what studies of 0.1 call "drop-first". */
  shape: z.enum(['learning', 'discarded-start', 'drop-first', 'drop-then-growth', 'rising', 'falling', 'none']),
  /** What they were found in: the curve as measured, above its chance level, or in deviations above it. */
  units: z.optional(z.enum(['as measured', 'above chance', 'deviations above chance'])),
  endOfSurge: boundary,
  startOfStabilisation: boundary,
  endOfDrop: boundary,
  /** Of a discarded start; absent in studies of 0.1. */
  endOfGain: z.optional(boundary),
  epochs: z.array(finite),
  smoothed: z.array(finite),
  noise: finite,
  range: finite,
  slopeTolerance: finite,
  outliers: z.array(finite),
});

/** Paths of the matrices of one epoch, f32 C×C; null where the run has none. CCSM rows without samples are NaN. */
const epochMatricesSchema = z.object({
  epoch: z.int(),
  ncsm: z.nullable(z.string()),
  ccsm: z.nullable(z.string()),
  ccsm_train: z.nullable(z.string()),
  tncsm_test: z.nullable(z.string()),
  tncsm_train: z.nullable(z.string()),
  /** f32 table of the mistakes on the test split; its columns are named in the section. */
  mistakes: z.nullable(z.string()),
  /** f32 table of measures by class; its columns are named in the section. */
  perClass: z.string(),
});

const trainingRunSchema = z.object({
  /** Short, unique in the study, used in paths and URLs. */
  id: z.string(),
  name: z.string(),
  folder: z.string(),
  model: z.nullable(z.string()),
  dataset: z.nullable(z.string()),
  /** Name of the head's tensor; null for a run without one. */
  head: z.nullable(z.string()),
  /** Epochs that were measured, ascending. */
  epochs: z.array(z.int()),
  /** JSON: `{ epochs, values }`, one list of values for each curve. */
  curves: z.string(),
  /** Table: one row an epoch with all measures and the counts behind them. */
  records: z.string(),
  /** i32 (epochs × classes) × k: nearest classes by NCSM, row epoch·C + class, −1 for none; null without a head. */
  neighbours: z.nullable(z.string()),
  /** Table: for each class the epoch from which it has its final neighbours, first finders first; null without a head. */
  discoveries: z.nullable(z.string()),
  matrices: z.array(epochMatricesSchema),
  /** By curve: "sai.ncsm_scsm", "wsi.max", "idm.network.errorsOnly" … */
  phases: z.record(z.string(), phasesSchema),
  learningRateChanges: z.array(z.object({ epoch: z.int(), from: finite, to: finite })),
  warnings: z.array(z.object({ kind: z.string(), epoch: z.int(), message: z.string() })),
  /** Measure → what would turn it on. */
  missing: z.record(z.string(), z.string()),
  /** Files that could not be read (yet), and why. */
  problems: z.array(z.object({ file: z.string(), epoch: z.nullable(z.int()), message: z.string() })),
  /** Files that are no part of the run, and why. */
  skipped: z.array(z.object({ file: z.string(), reason: z.string() })),
  /** Table of the files behind the samples (split, index, path); null where the run does not say. */
  samples: z.nullable(z.string()),
  /** i32 test samples × 1: the tile of each sample's picture, −1 where there is none; absent without pictures. */
  pictures: z.optional(z.string()),
});

export const trainingSectionSchema = z.object({
  ...sectionOrigin,
  /** Hash of options, classes and reference: epochs measured under another one are measured again. */
  settingsHash: z.string(),
  labels: labelsSchema,
  classes: z.string(),
  wordnet: z.nullable(z.string()),
  orders: z.string(),
  /** SCSM: f32 C×C, NaN for classes without a synset; null when there is none. */
  semantic: z.nullable(z.object({ id: z.string(), title: z.string(), matrix: z.string() })),
  /** Further matrices that pairs with SCSM were measured with too; absent in studies of 0.2. */
  furtherReferences: z.optional(z.array(z.object({ id: z.string(), title: z.string(), matrix: z.string() }))),
  /** Quantile of WSI, tie rule of IDM, neighbours kept. */
  q: finite,
  ties: z.enum(['average', 'first']),
  /** In which order SSIM saw the classes; absent in studies of 0.1: by index. */
  ssimOrder: z.optional(z.enum(['wordnet', 'index', 'name'])),
  k: z.int(),
  mistakeColumns: z.array(z.string()),
  perClassColumns: z.array(z.string()),
  /** Null when the matrices of all epochs are kept; else one line that says which are. */
  matricesKept: z.nullable(z.string()),
  runs: z.array(trainingRunSchema),
  /** Pictures of the classes and of the runs' samples; absent where none were given. */
  pictures: z.optional(picturesSectionSchema),
  kernelTier: z.enum(['simd', 'plain']),
});

export type PhasesEntry = z.infer<typeof phasesSchema>;
export type EpochMatrices = z.infer<typeof epochMatricesSchema>;
export type TrainingRunEntry = z.infer<typeof trainingRunSchema>;
/** The training instrument in a study: runs with their epochs, curves, phases and warnings; matrices by path. */
export type TrainingSection = z.infer<typeof trainingSectionSchema>;

/** Every file that a training section names. */
export function trainingFiles(section: TrainingSection): string[] {
  const paths = [section.classes, section.orders];
  if (section.wordnet !== null) paths.push(section.wordnet);
  if (section.semantic) paths.push(section.semantic.matrix);
  for (const { matrix } of section.furtherReferences ?? []) paths.push(matrix);
  for (const run of section.runs) {
    paths.push(run.curves, run.records);
    for (const path of [run.neighbours, run.discoveries, run.samples]) if (path !== null) paths.push(path);
    if (run.pictures !== undefined) paths.push(run.pictures);
    for (const { epoch: _, ...matrices } of run.matrices)
      for (const path of Object.values(matrices)) if (path !== null) paths.push(path);
  }
  if (section.pictures) paths.push(...pictureFiles(section.pictures));
  return paths;
}
