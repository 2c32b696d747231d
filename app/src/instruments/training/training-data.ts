import type { EpochRecord } from '#src/analyses/training/epoch-record.ts';
import type { TrainingCurves } from '#src/measures/training/curves.ts';
import type { NeighbourDiscovery, NeighbourLists } from '#src/measures/training/neighbour-history.ts';
import type { ClassOrders, ClassRow } from '#src/study/classes-section.ts';
import type { EpochMatrices, TrainingRunEntry, TrainingSection } from '#src/study/training-section.ts';
import { shortNames } from '../../kit/data/class-names.ts';
import { shortModelNames } from '../../kit/data/model-names.ts';
import type { OpenStudy } from '../../kit/data/open-study.ts';
import type { StudySource } from '../../kit/data/study-source.ts';

/** One run with what every view shows of it. */
export interface TrainingRun {
  entry: TrainingRunEntry;
  id: string;
  name: string;
  /** The name without what all runs' names share. */
  shortName: string;
  curves: TrainingCurves;
}

/** The training part of a study: what every view needs at once, and the ways to the rest. */
export interface TrainingData {
  source: StudySource;
  section: TrainingSection;
  classes: readonly ClassRow[];
  names: readonly string[];
  orders: ClassOrders;
  runs: readonly TrainingRun[];
}

/** Reads what the views share. Files that did not change since the last time are at hand. Errors are the library's. */
export async function loadTraining(study: OpenStudy, section: TrainingSection): Promise<TrainingData> {
  const { source } = study;
  const [classes, orders, ...curves] = await Promise.all([
    source.table<ClassRow>(section.classes),
    source.json<ClassOrders>(section.orders),
    ...section.runs.map((run) => source.json<TrainingCurves>(run.curves)),
  ]);
  const short = shortModelNames(section.runs.map(({ name }) => name));
  const runs = section.runs.map((entry, r) => ({
    entry,
    id: entry.id,
    name: entry.name,
    shortName: short[r]!,
    curves: curves[r]!,
  }));
  return { source, section, classes, names: shortNames(classes), orders, runs };
}

/** What was kept of a run at an epoch: that epoch's matrices, or the nearest kept ones before it, else the first. */
export function matricesAt(run: TrainingRun, epoch: number): EpochMatrices | undefined {
  const kept = run.entry.matrices;
  return kept.findLast((entry) => entry.epoch <= epoch) ?? kept[0];
}

/** The value of a curve at exactly this epoch. */
export function valueAt(run: TrainingRun, curve: string, epoch: number): number | null {
  return run.curves.values[curve]?.[run.curves.epochs.indexOf(epoch)] ?? null;
}

export function hasCurve(run: TrainingRun, curve: string): boolean {
  return run.curves.values[curve]?.some((value) => value !== null) ?? false;
}

export function epochRecords(data: TrainingData, run: TrainingRun): Promise<EpochRecord[]> {
  return data.source.table<EpochRecord>(run.entry.records);
}

export async function discoveriesOf(data: TrainingData, run: TrainingRun): Promise<NeighbourDiscovery[]> {
  return run.entry.discoveries === null ? [] : data.source.table<NeighbourDiscovery>(run.entry.discoveries);
}

/** The nearest classes of every class at every epoch of a run, in order of epochs; none for a run without a head. */
export async function neighbourLists(data: TrainingData, run: TrainingRun): Promise<NeighbourLists[]> {
  if (run.entry.neighbours === null) return [];
  const { cols: k, data: values } = await data.source.matrix(run.entry.neighbours);
  const classes = data.classes.length;
  return run.entry.epochs.map((_, e) => ({
    classes,
    k,
    indices: Int32Array.from(values.subarray(e * classes * k, (e + 1) * classes * k)),
  }));
}
