import type { TrainingCurves } from '../../../measures/training/curves.ts';
import type { StudyManifest } from '../../../study/manifest.ts';
import { readStudyJson } from '../../../study/read-study.ts';
import type { StudyStore } from '../../../study/store.ts';
import type { TrainingRunEntry } from '../../../study/training-section.ts';

/** A run of a study with its curves. */
export interface RunWithCurves {
  run: TrainingRunEntry;
  curves: TrainingCurves;
}

/** A curve as reports show it. */
export interface ShownCurve {
  curve: string;
  title: string;
  /** Which way is good; the best value is looked for there. */
  best: 'highest' | 'lowest';
  /** The figures that stand beside it, by the ends of their curves' names. */
  beside: readonly ('chance' | 'z' | 'density')[];
}

const plain = (curve: string, title: string): ShownCurve => ({ curve, title, best: 'highest', beside: [] });

const aboveChance = (curve: string, title: string): ShownCurve => ({ ...plain(curve, title), beside: ['chance', 'z'] });

/** The curves that are shown whenever a run has them, beside every alignment of a pair. */
const BEFORE: readonly ShownCurve[] = [
  plain('accuracy', 'accuracy'),
  plain('trainAccuracy', 'accuracy, train'),
  { ...plain('valLoss', 'loss'), best: 'lowest' },
  { ...plain('loss', 'loss, train'), best: 'lowest' },
];
const AFTER: readonly ShownCurve[] = [
  aboveChance('idm.network.all', 'NIDM'),
  aboveChance('idm.network.errorsOnly', 'NIDM, errors only'),
  aboveChance('idm.semantic.all', 'WIDM'),
  aboveChance('idm.semantic.errorsOnly', 'WIDM, errors only'),
  plain('wsi.mean', 'WSI mean'),
  plain('wsi.max', 'WSI max'),
  plain('wsi.min', 'WSI min'),
  { ...plain('gap.ncsm_tncsm', 'train/test gap'), best: 'lowest' },
];

/** "ncsm_tncsm_test" as "NCSM·TNCSM-test". */
export function pairTitle(pair: string): string {
  const [matrices, further] = pair.split('/') as [string, string?];
  return matrices
    .replace(/(tncsm|ccsm)_(test|train)/g, '$1-$2')
    .replace('tncsm-test_train', 'tncsm-test_tncsm-train')
    .replace('_', '·')
    .replace(/[a-z]*csm/g, (name) => name.toUpperCase())
    .concat(further === undefined ? '' : ` by ${further}`);
}

/** A curve's name as reports show it. */
export function curveTitle(curve: string): string {
  const known = [...BEFORE, ...AFTER].find((shown) => shown.curve === curve);
  if (known) return known.title;
  if (curve.startsWith('sai.')) return `SAI ${pairTitle(curve.slice(4))}`;
  const idm = /^idm\.(network|semantic)(?:\/([\w-]+))?(\.train)?\.(all|errorsOnly)$/.exec(curve);
  if (!idm) return curve;
  const [, kind, further, train, which] = idm;
  const name = `${kind === 'network' ? 'NIDM' : 'WIDM'}${further === undefined ? '' : ` by ${further}`}`;
  return `${name}${train ? ', train' : ''}${which === 'all' ? '' : ', errors only'}`;
}

/** The curves of a run to show, in the order of reports: those that have a value at some epoch. */
export function shownCurves({ values }: TrainingCurves): ShownCurve[] {
  const pairs = Object.keys(values).filter((name) => /^sai\.[^.]+$/.test(name));
  const alignments = pairs.map((curve): ShownCurve => {
    const beside = values[`${curve}.density`] ? (['chance', 'z', 'density'] as const) : (['chance', 'z'] as const);
    return { curve, title: `SAI ${pairTitle(curve.slice(4))}`, best: 'highest', beside };
  });
  const further = Object.keys(values).filter((name) => /^idm\.semantic\/[\w-]+\.(all|errorsOnly)$/.test(name));
  const mistakes = further.map((curve) => aboveChance(curve, curveTitle(curve)));
  return [...BEFORE, ...alignments, ...AFTER, ...mistakes].filter(({ curve }) =>
    values[curve]?.some((value) => value !== null),
  );
}

/** First, best and last value of a curve with their epochs; undefined for a curve without values. */
export function curveSummary({ epochs, values }: TrainingCurves, { curve, best }: ShownCurve) {
  const points = (values[curve] ?? []).flatMap((value, i) => (value === null ? [] : [{ epoch: epochs[i]!, value }]));
  const [first] = points;
  if (!first) return undefined;
  const top = points.reduce((a, b) => ((best === 'highest' ? b.value > a.value : b.value < a.value) ? b : a));
  return { first, best: top, last: points.at(-1)! };
}

/** The value of a curve at an epoch, or at the last one that has a value. */
export function valueAt({ epochs, values }: TrainingCurves, curve: string, epoch?: number): number | null {
  const list = values[curve];
  if (!list) return null;
  const at = epoch === undefined ? list.findLastIndex((value) => value !== null) : epochs.indexOf(epoch);
  return list[at] ?? null;
}

export async function readRuns(manifest: StudyManifest, store: StudyStore): Promise<RunWithCurves[]> {
  const { runs } = manifest.instruments.training!;
  return Promise.all(
    runs.map(async (run) => ({ run, curves: await readStudyJson<TrainingCurves>(store, manifest, run.curves) })),
  );
}

/** A number as reports show it: four digits behind the point, a dash where there is none. */
export function figure(value: number | null | undefined, digits = 4): string {
  return value === null || value === undefined ? '–' : value.toFixed(digits);
}
