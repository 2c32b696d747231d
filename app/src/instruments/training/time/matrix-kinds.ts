import { median } from '#src/statistics/quantile.ts';
import type { EpochMatrices } from '#src/study/training-section.ts';
import type { StudySource } from '../../../kit/data/study-source.ts';
import type { ColourRange } from '../../../kit/theme/colour-scale.ts';
import { quantileRange } from '../../../matrix/values/colour-range.ts';
import { type PanelMatrix, rawPanel, unionRange } from '../../../matrix/values/panel-matrix.ts';
import { matricesAt, type TrainingData, type TrainingRun } from '../training-data.ts';

/** The matrices that a map over time can show. All but the last change with the epoch. */
export const KINDS = ['ncsm', 'ccsm', 'ccsm_train', 'tncsm_test', 'tncsm_train', 'scsm'] as const;
export type MatrixKind = (typeof KINDS)[number];

export const KIND_TITLES: Readonly<Record<MatrixKind, { title: string; subtitle: string; needs: string }>> = {
  ncsm: { title: 'NCSM', subtitle: 'cosine of class templates', needs: 'Needs the weights of the classifier' },
  ccsm: { title: 'CCSM', subtitle: 'share of test samples confused', needs: 'Needs predictions on the test split' },
  ccsm_train: {
    title: 'CCSM train',
    subtitle: 'share of train samples confused',
    needs: 'Needs predictions on the train split',
  },
  tncsm_test: { title: 'TNCSM', subtitle: 'cosine of mean test features', needs: 'Needs features of the test split' },
  tncsm_train: {
    title: 'TNCSM train',
    subtitle: 'cosine of mean train features',
    needs: 'Needs features of the train split',
  },
  scsm: { title: 'SCSM', subtitle: 'WordNet, path similarity', needs: 'Needs a WordNet synset for each class' },
};

/** Where a matrix is, and the epoch that it is of; no epoch for the one that never changes. */
export interface PlacedMatrix {
  path: string;
  epoch: number | undefined;
}

/** The matrix of a run at an epoch, or at the nearest kept one before it. */
export function matrixAt(
  data: TrainingData,
  run: TrainingRun,
  kind: MatrixKind,
  epoch: number,
): PlacedMatrix | undefined {
  if (kind === 'scsm')
    return data.section.semantic ? { path: data.section.semantic.matrix, epoch: undefined } : undefined;
  const kept: EpochMatrices | undefined = matricesAt(run, epoch);
  const path = kept?.[kind];
  return kept && path ? { path, epoch: kept.epoch } : undefined;
}

export function hasKind(data: TrainingData, run: TrainingRun, kind: MatrixKind): boolean {
  return kind === 'scsm' ? data.section.semantic !== null : run.entry.matrices.some((entry) => entry[kind] !== null);
}

/** The matrix as a map shows it. */
export async function loadMatrix(source: StudySource, path: string): Promise<PanelMatrix> {
  return rawPanel(
    await source.display(path),
    () => source.matrix(path),
    (i) => source.row(path, i),
  );
}

const SAMPLED = 6;

/** Values spread evenly over a list, its first and last among them. */
export function spread<T>(all: readonly T[], count: number): T[] {
  if (all.length <= count) return [...all];
  return Array.from({ length: count }, (_, i) => all[Math.round((i / (count - 1)) * (all.length - 1))]!);
}

/** One range of colours for all epochs of a run, so that a colour means the same throughout; from some of them. */
export async function rangeOverTime(
  data: TrainingData,
  run: TrainingRun,
  kind: MatrixKind,
): Promise<ColourRange | undefined> {
  if (kind === 'scsm') return undefined;
  const paths = spread(run.entry.matrices, SAMPLED).flatMap((entry) => entry[kind] ?? []);
  if (paths.length === 0) return undefined;
  const displays = await Promise.all(paths.map((path) => data.source.display(path)));
  const ranges = displays.map((display) => quantileRange(display));
  if (!kind.startsWith('ccsm')) return unionRange(ranges);
  // A network that puts every sample into a few classes, as early ones do, would leave the others without contrast.
  return { low: 0, high: median(ranges.map(({ high }) => high)) };
}

/** Some epochs that show the course: more of them early, where most happens. */
export function tellingEpochs(epochs: readonly number[], count = 6): number[] {
  if (epochs.length <= count) return [...epochs];
  const last = epochs.length - 1;
  const picks = new Set<number>();
  for (let i = 0; i < count; i++) picks.add(Math.max(i, Math.round(last * (i / (count - 1)) ** 1.9)));
  return [...picks].filter((i) => i <= last).map((i) => epochs[i]!);
}
