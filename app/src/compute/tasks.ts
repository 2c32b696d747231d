import {
  clusterOrder,
  type DifferentPair,
  type Matrix32,
  mostDifferentPairs,
  rankDifference,
  similarityRanks,
} from 'semblance';

/** Work that would hold up the page; the same function runs in the worker and, where there is none, here. */
export type ComputeTask =
  | { kind: 'ranks'; matrix: Matrix32 }
  | { kind: 'order'; matrix: Matrix32 }
  | { kind: 'difference'; a: Matrix32; b: Matrix32 }
  | { kind: 'different-pairs'; a: Matrix32; b: Matrix32; limit: number };

export interface ComputeResults {
  ranks: Matrix32;
  order: Uint32Array;
  difference: Matrix32;
  'different-pairs': DifferentPair[];
}

export function runTask(task: ComputeTask): ComputeResults[ComputeTask['kind']] {
  switch (task.kind) {
    case 'ranks':
      return similarityRanks(task.matrix);
    case 'order':
      return clusterOrder(task.matrix).order;
    case 'difference':
      return rankDifference(task.a, task.b);
    case 'different-pairs':
      return mostDifferentPairs(rankDifference(task.a, task.b), task.limit);
  }
}
