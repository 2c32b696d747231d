/** What a long command is about to do, and how long that takes by what a handful of it took. */
export interface WorkPlan {
  instrument: 'representations' | 'concepts';
  images: number;
  /** What is read of each model. `positions` are without the tokens that are left out. */
  layers: { model: string; layer: string; positions: number; channels: number }[];
  /** Layers that the depth would have met, but for their many positions, and the like. */
  notes: string[];
  /** Pairs of images that are matched in each layer; null where nothing is matched. */
  pairs: number | null;
  /** Bytes on disk: beside the study while the work goes on, and of the study itself. */
  disk: { work: number; study: number };
  /** Bytes in memory, about, and what they should stay below; null where there is no cap. */
  memory: { needed: number; cap: number | null };
  /** Seconds of each step, in order, with how they were found. */
  steps: { step: string; seconds: number; basis: string }[];
  /** Seconds of all steps. */
  seconds: number;
  /** Ways to make it shorter or smaller; empty where it is neither long nor large. */
  shorter: { flags: string; effect: string }[];
}

/** Seconds from which a command says how it would be shorter. */
export const LONG_SECONDS = 600;

/** Runs `work` until `budget` milliseconds are over or `most` runs are done, the first one apart unless it is long. @returns seconds a run. */
export async function secondsEach(
  work: (index: number) => unknown,
  { most, budget = 250 }: { most: number; budget?: number },
): Promise<{ seconds: number; runs: number }> {
  const first = performance.now();
  await work(0);
  const start = performance.now();
  // What is run for the first time is compiled first; what takes this long is not run again to see.
  if (start - first > budget || most < 2) return { seconds: (start - first) / 1000, runs: 1 };
  let runs = 0;
  while (runs + 1 < most && performance.now() - start < budget) await work(++runs);
  return { seconds: (performance.now() - start) / 1000 / runs, runs };
}
