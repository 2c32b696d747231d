import type { LongTask } from '../../../base/progress.ts';
import {
  bootstrapAlignment,
  pairedDifference,
  percentileInterval,
} from '../../../measures/class-similarity/bootstrap.ts';
import {
  type AccuracyBand,
  parseAccuracyBand,
  rankAtAccuracy,
} from '../../../measures/class-similarity/population/at-accuracy.ts';
import { prepareSimilarity } from '../../../measures/class-similarity/prepared-similarity.ts';
import type { StudyManifest } from '../../../study/manifest.ts';
import { readStudyMatrix } from '../../../study/read-study.ts';
import type { StudyStore } from '../../../study/store.ts';
import type { CliIo } from '../../terminal/io.ts';
import { formatTable } from '../../terminal/table.ts';
import { figure, readRuns, valueAt } from './training-curves.ts';

const RESAMPLES = 1000;
const SEED = 0;
const ALIGNMENT = 'sai.ncsm_scsm';

/** One checkpoint of a band of accuracies. */
export interface RankedCheckpoint {
  /** "RUN@EPOCH", as in `tiedWith`. */
  id: string;
  run: string;
  epoch: number;
  accuracy: number;
  /** SAI(NCSM, SCSM), cosine. */
  alignment: number;
  z: number | null;
  /** 95 % percentile interval of a bootstrap over classes; null where the study did not keep the epoch's matrix. */
  interval: { low: number; high: number } | null;
  /** Better checkpoints whose paired difference from this one is not distinguishable from 0. */
  tiedWith: string[];
}

export interface CheckpointRanking extends AccuracyBand {
  resamples: number;
  seed: number;
  ranking: RankedCheckpoint[];
}

/**
 * "80±1" or "0.8±0.01" as a band of shares.
 * @throws UsageError when the text is no band.
 */
export function parseBand(text: string): AccuracyBand {
  const { center, width } = parseAccuracyBand(text);
  return center > 1 ? { center: center / 100, width: width / 100 } : { center, width };
}

/**
 * Ranks the checkpoints of all runs whose test accuracy lies in the band by SAI(NCSM, SCSM). All checkpoints see the
 * same resamples of the classes, so that two of them can be told apart or called tied.
 */
export async function rankCheckpoints(
  manifest: StudyManifest,
  store: StudyStore,
  band: AccuracyBand,
  task: LongTask = {},
): Promise<CheckpointRanking> {
  const { semantic } = manifest.instruments.training!;
  const found = (await readRuns(manifest, store)).flatMap(({ run, curves }) =>
    run.epochs.map((epoch) => ({
      id: `${run.id}@${epoch}`,
      run: run.id,
      epoch,
      accuracy: valueAt(curves, 'accuracy', epoch),
      alignment: valueAt(curves, ALIGNMENT, epoch),
      z: valueAt(curves, `${ALIGNMENT}.z`, epoch),
      ncsm: run.matrices.find((entry) => entry.epoch === epoch)?.ncsm ?? null,
    })),
  );
  const within = rankAtAccuracy(found, band, () => false).map(({ id }) => found.find((entry) => entry.id === id)!);
  const drawn = within.filter(({ ncsm }) => ncsm !== null);
  const draws =
    semantic && drawn.length > 0
      ? bootstrapAlignment(
          await Promise.all(
            drawn.map(async ({ ncsm }) => prepareSimilarity(await readStudyMatrix(store, manifest, ncsm!))),
          ),
          prepareSimilarity(await readStudyMatrix(store, manifest, semantic.matrix)),
          { resamples: RESAMPLES, seed: SEED, measures: ['cosine'], ...task },
        ).models.map(({ cosine }) => cosine)
      : [];
  const drawsOf = (id: string) => draws[drawn.findIndex((entry) => entry.id === id)];
  const isTie = (a: string, b: string): boolean => {
    const [first, second] = [drawsOf(a), drawsOf(b)];
    return first !== undefined && second !== undefined && pairedDifference(first, second)?.distinguishable === false;
  };
  const ranking = rankAtAccuracy(within, band, isTie).map(({ id, accuracy, alignment, tiedWith }): RankedCheckpoint => {
    const { run, epoch, z } = found.find((entry) => entry.id === id)!;
    const own = drawsOf(id);
    return { id, run, epoch, accuracy, alignment, z, interval: own ? percentileInterval(own.draws) : null, tiedWith };
  });
  return { ...band, resamples: RESAMPLES, seed: SEED, ranking };
}

/** The ranking as a table. */
export function rankingText({ center, width, resamples, ranking }: CheckpointRanking, { colors }: CliIo): string {
  const band = `${shortest(100 * center)} ± ${shortest(100 * width)} %`;
  if (ranking.length === 0) return `No checkpoint has a known test accuracy of ${band} and an alignment.\n`;
  let text = `${colors.bold(`checkpoints at ${band} accuracy`)}, by SAI NCSM·SCSM\n`;
  const rows = ranking.map((entry, i) => [
    String(i + 1),
    entry.run,
    String(entry.epoch),
    figure(entry.accuracy),
    figure(entry.alignment),
    entry.interval ? `${figure(entry.interval.low)} … ${figure(entry.interval.high)}` : '–',
    figure(entry.z, 1),
    entry.tiedWith.length > 0
      ? `not told from ${entry.tiedWith.slice(0, 3).join(', ')}${entry.tiedWith.length > 3 ? ` and ${entry.tiedWith.length - 3} more` : ''}`
      : '',
  ]);
  const columns = ['#', 'run', 'epoch', 'accuracy', 'SAI', '95 % interval', 'z', ''].map((title, k) => ({
    title: colors.dim(title),
    align: k === 1 || k === 7 ? ('left' as const) : ('right' as const),
  }));
  text += formatTable(columns, rows, '  ');
  return `${text}${colors.dim(`  intervals and ties from ${resamples} resamples of the classes, the same for all checkpoints\n`)}`;
}

function shortest(value: number): string {
  return String(Number(value.toPrecision(6)));
}
