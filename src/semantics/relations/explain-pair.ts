import { UsageError } from '../../base/errors.ts';
import type { Relation, RelationKind } from './relation.ts';

export interface ExplainPairInput {
  /** What `relationsBetween` found. */
  relations: readonly Relation[];
  /** Rank of the second class among the neighbours of the first in the network, from 1. */
  networkRank: number;
  /** The same in the semantic reference. */
  semanticRank: number;
  classCount: number;
  /** How far the semantic rank must lie behind, as a share of the other classes; 0.1 by default, never under 3 ranks. */
  minGap?: number;
}

export interface PairExplanation {
  /**
   * The most specific relation; "unexplained" where there is none and the semantic rank is far behind the network's:
   * a candidate for co-occurrence, containment, proximity or duplicates; "alike-in-rank" where there is none and the
   * ranks are not far apart.
   */
  kind: RelationKind | 'unexplained' | 'alike-in-rank';
  /** Semantic rank minus network rank: by it the unexplained pairs are ranked, the largest first. */
  gap: number;
  /** One of the relations hints at a labelling problem. */
  labellingProblem: boolean;
}

/** Of few classes, a tenth is less than a rank: the second best is not far behind the best. */
const LEAST_GAP = 3;

/**
 * Says what explains that a network puts two classes side by side.
 *
 * @throws UsageError for ranks outside 1 … classCount − 1.
 */
export function explainPair(input: ExplainPairInput): PairExplanation {
  const { relations, networkRank, semanticRank, classCount, minGap = 0.1 } = input;
  for (const [name, rank] of Object.entries({ networkRank, semanticRank }))
    if (!(rank >= 1 && rank <= classCount - 1))
      throw new UsageError(`${name} is ${rank}; among ${classCount} classes a rank lies in 1 … ${classCount - 1}.`);
  const gap = semanticRank - networkRank;
  const far = gap >= Math.max(minGap * (classCount - 1), LEAST_GAP);
  return {
    kind: relations[0]?.kind ?? (far ? 'unexplained' : 'alike-in-rank'),
    gap,
    labellingProblem: relations.some(({ labellingProblem }) => labellingProblem),
  };
}
