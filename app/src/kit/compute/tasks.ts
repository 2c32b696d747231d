import type { LongTask } from '#src/base/progress.ts';
import { clusterOrder } from '#src/clustering/cluster-order.ts';
import type { MeasureValues } from '#src/measures/class-similarity/alignment-measures/alignment-measures.ts';
import {
  type DifferentPair,
  mostDifferentPairs,
  rankDifference,
  similarityRanks,
} from '#src/measures/class-similarity/rank-difference.ts';
import type { Matrix32 } from '#src/tensor/matrix.ts';
import { alignAll } from './align-all.ts';
import { type Landscape, type LandscapeTask, landscape } from './landscape.ts';
import { type MatchedPair, type MatchTask, matchPair } from './match-pair.ts';

/** Work that would hold up the page; the same function runs in the worker and, where there is none, here. */
export type ComputeTask =
  | { kind: 'ranks'; matrix: Matrix32 }
  | { kind: 'order'; matrix: Matrix32 }
  | { kind: 'difference'; a: Matrix32; b: Matrix32 }
  | { kind: 'different-pairs'; a: Matrix32; b: Matrix32; limit: number }
  | { kind: 'align-all'; matrices: readonly Matrix32[] }
  | LandscapeTask
  | MatchTask;

export interface ComputeResults {
  ranks: Matrix32;
  order: Uint32Array;
  difference: Matrix32;
  'different-pairs': DifferentPair[];
  'align-all': MeasureValues[];
  'match-pair': MatchedPair;
  landscape: Landscape;
}

/** Only tasks that say so heed `signal` and tell of their progress; the others are short. */
export async function runTask(task: ComputeTask, watch: LongTask = {}): Promise<ComputeResults[ComputeTask['kind']]> {
  switch (task.kind) {
    case 'ranks':
      return similarityRanks(task.matrix);
    case 'order':
      return clusterOrder(task.matrix).order;
    case 'difference':
      return rankDifference(task.a, task.b);
    case 'different-pairs':
      return mostDifferentPairs(rankDifference(task.a, task.b), task.limit);
    case 'align-all':
      return alignAll(task.matrices, watch);
    case 'landscape':
      return landscape(task, watch);
    case 'match-pair':
      return matchPair(task);
  }
}
