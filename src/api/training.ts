/**
 * How class similarity grows over the epochs of training, and whether the mistakes follow it.
 *
 * @module
 */

export { analyseTraining, type TrainingResult } from '../analyses/training/analyse-training.ts';
export type { TrainingOptions, TrainingRunInput } from '../analyses/training/options.ts';
export { similarityAlignmentIndex } from '../measures/training/alignment/alignment-index.ts';
export { confusionSimilarityMatrix } from '../measures/training/confusion.ts';
export { earlyWarnings } from '../measures/training/early-warnings/early-warnings.ts';
export { type EpochInput, measureEpoch } from '../measures/training/epoch-measures.ts';
export { inverseDissimilarity } from '../measures/training/inverse-dissimilarity.ts';
export type { EpochMeasures } from '../measures/training/measured-epoch.ts';
export { detectPhases, type TrainingPhases } from '../measures/training/phases/detect-phases.ts';
export { typicality } from '../measures/training/typicality.ts';
export { weightsSimilarityIndex } from '../measures/training/weights-similarity-index.ts';
export { type LoggedEpoch, openRunWriter, type RunWriter } from '../runs/logging/run-writer.ts';
export { tfjsCallback } from '../runs/logging/tfjs-callback.ts';
export { memoryRunFolder, type RunFolder } from '../runs/run-folder.ts';
export { settledRunFolder } from '../runs/run-watch.ts';
