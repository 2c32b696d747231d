import type { Progress } from '#src/base/progress.ts';
import type { MeasureValues } from '#src/measures/class-similarity/alignment-measures/alignment-measures.ts';
import { type Histogram, histogram } from '#src/measures/class-similarity/population/histogram.ts';
import { type Matrix32, select } from '#src/tensor/matrix.ts';
import { compute } from '../../../../kit/compute/compute.ts';
import { type ShownError, shownError } from '../../../../kit/data/shown-error.ts';
import type { ClassesData } from '../../classes-data.ts';
import type { Measure } from '../../models/measures.ts';

const BINS = 30;

/** NSAD of all pairs of networks on some of the classes, being computed or done. */
export interface SubtreeAlignment {
  readonly progress: Progress | undefined;
  readonly values: readonly MeasureValues[] | undefined;
  readonly error: ShownError | undefined;
  readonly stopped: boolean;
  histogram(measure: Measure): Histogram | undefined;
  stop(): void;
  restart(): void;
}

/**
 * Computes the alignment of all networks within the classes that `wanted` names, anew whenever it changes; undefined computes
 * nothing. What was computed is kept for as long as the view is open. Call during component initialisation.
 */
export function subtreeAlignment(
  data: ClassesData,
  wanted: () => { synset: string; classes: readonly number[] } | undefined,
): SubtreeAlignment {
  const done = new Map<string, MeasureValues[]>();
  let progress = $state.raw<Progress | undefined>();
  let values = $state.raw<readonly MeasureValues[] | undefined>();
  let error = $state.raw<ShownError | undefined>();
  let stopped = $state(false);
  let attempts = $state(0);
  let controller: AbortController | undefined;

  async function run(synset: string, classes: readonly number[], signal: AbortSignal): Promise<void> {
    const total = data.models.length;
    const matrices: Matrix32[] = [];
    for (const { matrix } of data.models) {
      signal.throwIfAborted();
      progress = { task: 'reading the networks', done: matrices.length, total, unit: 'networks' };
      matrices.push(select(await data.source.matrix(matrix), Uint32Array.from(classes)) as Matrix32);
    }
    signal.throwIfAborted();
    const found = await compute(
      { kind: 'align-all', matrices },
      { signal, onProgress: (report) => (progress = signal.aborted ? progress : report) },
    );
    done.set(synset, found);
    values = found;
  }

  $effect(() => {
    void attempts;
    const asked = wanted();
    error = undefined;
    stopped = false;
    progress = undefined;
    values = asked && done.get(asked.synset);
    if (!asked || values) return;
    const own = new AbortController();
    controller = own;
    run(asked.synset, asked.classes, own.signal)
      .catch((failure: unknown) => {
        if (!own.signal.aborted) error = shownError(failure);
      })
      .finally(() => {
        if (controller === own) progress = undefined;
      });
    return () => own.abort();
  });
  return {
    get progress() {
      return progress;
    },
    get values() {
      return values;
    },
    get error() {
      return error;
    },
    get stopped() {
      return stopped;
    },
    histogram: (measure) =>
      values &&
      histogram(
        values.flatMap((row) => row[measure] ?? []),
        { bins: BINS },
      ),
    stop() {
      controller?.abort();
      progress = undefined;
      stopped = true;
    },
    restart() {
      attempts++;
    },
  };
}
