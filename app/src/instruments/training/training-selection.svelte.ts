import { untrack } from 'svelte';
import { modelColour } from '../../kit/theme/palette.ts';
import { theme } from '../../kit/theme/theme.svelte.ts';
import { router } from '../../kit/url/router.svelte.ts';
import { parseCell } from '../../matrix/cell-param.ts';
import type { Cell } from '../../matrix/map-geometry.ts';
import type { TrainingData, TrainingRun } from './training-data.ts';

/** What is looked at, shared by the views of the instrument and kept in the address. */
export interface TrainingSelection {
  /** The run whose map, neighbours and mistakes are shown. */
  readonly run: TrainingRun;
  /** The runs whose curves are shown. */
  readonly visible: readonly TrainingRun[];
  /** All epochs of the visible runs, ascending: where the slider can stand. */
  readonly axis: readonly number[];
  readonly epoch: number;
  /** Under the pointer in some chart; counts before the chosen epoch where numbers are read. */
  hover: number | undefined;
  /** The slider goes along with the newest epoch. */
  readonly follow: boolean;
  /** Epochs that came since the reader last looked at the newest; 0 while following. */
  readonly arrived: number;
  readonly cell: Cell | undefined;
  readonly classIndex: number | undefined;
  chooseRun(id: string): void;
  toggleRun(id: string): void;
  /** The epoch of the axis nearest to the one given. */
  chooseEpoch(epoch: number): void;
  step(by: number): void;
  setFollow(on: boolean): void;
  showNewest(): void;
  chooseCell(cell: Cell | undefined, options?: { replace?: boolean }): void;
  colourOf(runId: string): string;
  /** The nearest epoch of the axis. */
  nearest(epoch: number): number;
}

const pointsOf = (data: TrainingData): string[] =>
  data.runs.flatMap((run) => run.curves.epochs.map((epoch) => `${run.id}:${epoch}`));

export function createTrainingSelection(data: () => TrainingData): TrainingSelection {
  const run = $derived(data().runs.find(({ id }) => id === router.params.run) ?? data().runs[0]!);
  const hidden = $derived(new Set(router.params.hide?.split(',')));
  const visible = $derived(data().runs.filter((other) => other === run || !hidden.has(other.id)));
  const axis = $derived([...new Set(visible.flatMap(({ curves }) => curves.epochs))].sort((a, b) => a - b));
  const follow = $derived(router.params.follow === '1');
  const newest = $derived(run.curves.epochs.at(-1) ?? 0);
  const wanted = $derived(Number.parseInt(router.params.epoch ?? '', 10));
  const nearest = (epoch: number): number =>
    axis.reduce(
      (best, candidate) => (Math.abs(candidate - epoch) < Math.abs(best - epoch) ? candidate : best),
      axis[0] ?? 0,
    );
  const epoch = $derived(follow || !Number.isFinite(wanted) ? newest : nearest(wanted));
  let hover = $state<number | undefined>();
  let seen = $state.raw(new Set(untrack(() => pointsOf(data()))));
  const arrived = $derived(follow ? 0 : pointsOf(data()).filter((point) => !seen.has(point)).length);

  // The epoch is held in the address from the start, so that a run that grows does not move it.
  const { follow: following, epoch: named } = router.params;
  if (following !== '1' && named === undefined) router.set({ epoch: String(untrack(() => newest)) }, { replace: true });

  const chooseEpoch = (to: number): void =>
    router.set({ epoch: String(nearest(to)), follow: undefined }, { replace: true });
  const lookAtNewest = (): void => {
    seen = new Set(pointsOf(data()));
  };
  return {
    get run() {
      return run;
    },
    get visible() {
      return visible;
    },
    get axis() {
      return axis;
    },
    get epoch() {
      return epoch;
    },
    get hover() {
      return hover;
    },
    set hover(next) {
      hover = next === undefined ? undefined : nearest(next);
    },
    get follow() {
      return follow;
    },
    get arrived() {
      return arrived;
    },
    get cell() {
      return parseCell(router.params.cell, data().classes.length);
    },
    get classIndex() {
      return parseCell(router.params.cell, data().classes.length)?.row;
    },
    chooseRun: (id) => router.set({ run: id === data().runs[0]!.id ? undefined : id }),
    toggleRun: (id) => {
      const next = new Set(hidden);
      if (!next.delete(id)) next.add(id);
      router.set({ hide: [...next].filter(Boolean).join(',') });
    },
    chooseEpoch,
    step: (by) => {
      const at = axis.indexOf(nearest(epoch)) + by;
      if (at >= 0 && at < axis.length) chooseEpoch(axis[at]!);
    },
    setFollow: (on) => {
      lookAtNewest();
      router.set(on ? { follow: '1' } : { follow: undefined, epoch: String(epoch) }, { replace: true });
    },
    showNewest: () => {
      lookAtNewest();
      chooseEpoch(newest);
    },
    chooseCell: (next, options) => router.set({ cell: next && `${next.row},${next.col}` }, options),
    colourOf: (runId) =>
      modelColour(
        theme.palette,
        data().runs.findIndex(({ id }) => id === runId),
      ),
    nearest,
  };
}
