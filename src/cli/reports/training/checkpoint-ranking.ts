import type { LongTask } from '../../../base/progress.ts';
import { listed } from '../../../findings/wording.ts';
import {
  alignmentInterval,
  bootstrapAlignment,
  pairedDifference,
} from '../../../measures/class-similarity/bootstrap.ts';
import {
  type AccuracyBand,
  parseAccuracyBand,
  rankAtAccuracy,
} from '../../../measures/class-similarity/population/at-accuracy.ts';
import { prepareSimilarity } from '../../../measures/class-similarity/prepared-similarity.ts';
import { paretoFront } from '../../../measures/training/pareto-front.ts';
import type { StudyManifest } from '../../../study/manifest.ts';
import { readStudyMatrix } from '../../../study/read-study.ts';
import type { StudyStore } from '../../../study/store.ts';
import type { CliIo } from '../../terminal/io.ts';
import { formatTable } from '../../terminal/table.ts';
import { figure, readRuns, valueAt } from './training-curves.ts';

const RESAMPLES = 1000;
const SEED = 0;
const ALIGNMENT = 'sai.ncsm_scsm';

/** The five quantities that the DSI paper names for a choice, and which way each is better. */
const CRITERIA = [
  { id: 'accuracy', curve: 'accuracy', better: 'higher' },
  { id: 'alignment', curve: ALIGNMENT, better: 'higher' },
  { id: 'templates', curve: null, better: 'higher' },
  { id: 'mistakes', curve: 'idm.semantic.errorsOnly', better: 'higher' },
  { id: 'crowding', curve: 'wsi.max', better: 'lower' },
] as const;
type Criterion = (typeof CRITERIA)[number]['id'];

/** Splits whose features class templates are of: those of the test split say more, and a run may have logged the others alone. */
const SPLITS = ['test', 'train'] as const;

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
  /** SAI(NCSM, TNCSM), errors-only WIDM and Max WSI beside the two; null where the run lacks it. */
  criteria: Record<Criterion, number | null>;
  /** No other checkpoint of the band is as good in all criteria that all have, and better in one. */
  onParetoFront: boolean;
  /** Basic 95 % interval of a bootstrap over classes; null where the study did not keep the epoch's matrix. */
  interval: { low: number; high: number } | null;
  /**
   * Alignment of the best one listed minus this one's, with its paired 95 % interval; null for the best itself, and where
   * the study did not keep the matrix of either.
   */
  behind: { difference: number; low: number; high: number } | null;
  /** Better checkpoints whose paired difference from this one is not distinguishable from 0. */
  tiedWith: string[];
}

export interface CheckpointRanking extends AccuracyBand {
  resamples: number;
  seed: number;
  /** Whether the best-aligned checkpoint of each run is listed alone, and how many were left out so. */
  onePerRun: boolean;
  leftOut: number;
  /** What the Pareto front is of: the criteria that every checkpoint of the band has. */
  criteria: Criterion[];
  /** The split whose class templates `templates` is of, one for the whole band; null where no checkpoint has any. */
  templateSplit: (typeof SPLITS)[number] | null;
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
 * @param onePerRun list the best-aligned checkpoint of each run alone; the Pareto front is of all of them
 */
export async function rankCheckpoints(
  manifest: StudyManifest,
  store: StudyStore,
  band: AccuracyBand,
  onePerRun: boolean,
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
      value: (curve: string) => valueAt(curves, curve, epoch),
      ncsm: run.matrices.find((entry) => entry.epoch === epoch)?.ncsm ?? null,
    })),
  );
  const chosen = rankAtAccuracy(found, band, () => false).map(({ id }) => found.find((entry) => entry.id === id)!);
  const templatesOf = (split: (typeof SPLITS)[number]) => `sai.ncsm_tncsm_${split}`;
  const hasTemplates = (split: (typeof SPLITS)[number]) =>
    chosen.filter(({ value }) => value(templatesOf(split)) !== null).length;
  // Alignments with the templates of two splits are not compared: the split that most checkpoints have is taken for all.
  const [most] = [...SPLITS].sort((a, b) => hasTemplates(b) - hasTemplates(a));
  const templateSplit = most !== undefined && hasTemplates(most) > 0 ? most : null;
  const inBand = chosen.map((entry) => ({
    ...entry,
    criteria: Object.fromEntries(
      CRITERIA.map(({ id, curve }) => {
        const name = curve ?? (templateSplit && templatesOf(templateSplit));
        return [id, name === null ? null : entry.value(name)];
      }),
    ) as Record<Criterion, number | null>,
  }));
  const shared = CRITERIA.filter(({ id }) => inBand.every(({ criteria }) => criteria[id] !== null));
  const isOnFront = paretoFront(
    inBand.map(({ criteria }) => shared.map(({ id, better }) => (better === 'higher' ? 1 : -1) * criteria[id]!)),
  );
  const seen = new Set<string>();
  const within = inBand.filter(({ run }) => !onePerRun || (!seen.has(run) && seen.add(run)));
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
    const entry = inBand.find((other) => other.id === id)!;
    const { run, epoch, z, criteria } = entry;
    const [own, best] = [drawsOf(id), drawsOf(within[0]!.id)];
    const behind = own && best && id !== within[0]!.id ? pairedDifference(best, own) : null;
    return {
      ...{ id, run, epoch, accuracy, alignment, z, criteria, tiedWith },
      onParetoFront: isOnFront[inBand.indexOf(entry)]!,
      interval: own ? alignmentInterval(own) : null,
      behind: behind && { difference: behind.difference, low: behind.low, high: behind.high },
    };
  });
  return {
    ...band,
    resamples: RESAMPLES,
    seed: SEED,
    onePerRun,
    leftOut: inBand.length - within.length,
    criteria: shared.map(({ id }) => id),
    templateSplit,
    ranking,
  };
}

/** The ranking as a table. */
export function rankingText(found: CheckpointRanking, { colors }: CliIo): string {
  const { center, width, resamples, ranking, onePerRun, leftOut, criteria, templateSplit } = found;
  const band = `${shortest(100 * center)} ± ${shortest(100 * width)} %`;
  if (ranking.length === 0) return `No checkpoint has a known test accuracy of ${band} and an alignment.\n`;
  let text = `${colors.bold(`checkpoints at ${band} accuracy`)}, by SAI NCSM·SCSM\n`;
  const rows = ranking.map((entry, i) => [
    `${i + 1}${entry.onParetoFront ? ' *' : '  '}`,
    entry.run,
    String(entry.epoch),
    figure(entry.accuracy),
    figure(entry.alignment),
    entry.interval ? `${figure(entry.interval.low)} … ${figure(entry.interval.high)}` : '–',
    figure(entry.z, 1),
    entry.behind
      ? `${figure(entry.behind.difference)} (${figure(entry.behind.low)} … ${figure(entry.behind.high)})`
      : '–',
    figure(entry.criteria.templates),
    figure(entry.criteria.mistakes),
    figure(entry.criteria.crowding),
    entry.tiedWith.length > 0
      ? `not told from ${entry.tiedWith.slice(0, 3).join(', ')}${entry.tiedWith.length > 3 ? ` and ${entry.tiedWith.length - 3} more` : ''}`
      : '',
  ]);
  const titles = [
    '#  ',
    'run',
    'epoch',
    'accuracy',
    'SAI',
    '95 % interval',
    'z',
    'behind the best',
    templateSplit === null ? 'TNCSM' : `TNCSM-${templateSplit}`,
    'WIDM',
    'WSI max',
    '',
  ];
  const columns = titles.map((title, k) => ({
    title: colors.dim(title),
    align: k === 1 || k === 11 ? ('left' as const) : ('right' as const),
  }));
  text += formatTable(columns, rows, '  ');
  const notes = [
    `intervals and ties from ${resamples} resamples of the classes, the same for all checkpoints`,
    `* none is as good in ${listed(criteria.map((id) => CRITERION_NAMES[id]))}, and better in one`,
    ...(onePerRun && leftOut > 0
      ? [`the best-aligned checkpoint of each run; ${leftOut} more in the band with --all-checkpoints`]
      : []),
  ];
  return text + notes.map((note) => colors.dim(`  ${note}\n`)).join('');
}

const CRITERION_NAMES: Readonly<Record<Criterion, string>> = {
  accuracy: 'accuracy',
  alignment: 'SAI NCSM·SCSM',
  templates: 'SAI NCSM·TNCSM',
  mistakes: 'errors-only WIDM',
  crowding: 'Max WSI (lower is better)',
};

function shortest(value: number): string {
  return String(Number(value.toPrecision(6)));
}
