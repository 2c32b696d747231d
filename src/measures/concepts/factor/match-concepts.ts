import { UsageError } from '../../../base/errors.ts';
import { solveAssignment } from '../../../kernels/assignment/assignment.ts';
import { type Matrix, row } from '../../../tensor/matrix.ts';
import { requireFinite } from '../data/check-activations.ts';
import { dot, norm } from '../data/vectors.ts';

export interface DirectionMatching {
  /** The other's concept of each concept, each at most once; −1 where the other has fewer. */
  partners: Int32Array;
  /** Cosine of the two directions, in [−1, 1]; 0 with a direction of 0 and where there is no partner. */
  cosines: Float64Array;
}

/**
 * Pairs the directions (k × D) of two factorisations of the same channels one to one so that the sum of their cosines is as
 * large as it can be. Order and length of directions do not matter.
 *
 * @throws UsageError for empty or non-finite directions, or different numbers of channels.
 */
export function matchConcepts(directions: Matrix, others: Matrix): DirectionMatching {
  requireFinite(directions, 'The directions');
  requireFinite(others, 'The other directions');
  if (directions.cols !== others.cols)
    throw new UsageError(`Directions of ${directions.cols} and of ${others.cols} channels cannot be matched.`, {
      hint: 'Both must come from the same layer of the same model.',
    });
  const cosines = directionCosines(directions, others);
  const partners = solveAssignment(cosines, directions.rows, others.rows)!.columns;
  return {
    partners,
    cosines: Float64Array.from(partners, (partner, i) => (partner < 0 ? 0 : cosines[i * others.rows + partner]!)),
  };
}

/** Cosines of all directions (rows) with all others (columns); 0 where one of them is 0. */
export function directionCosines(directions: Matrix, others: Matrix): Float64Array {
  const norms = Float64Array.from({ length: others.rows }, (_, j) => norm(row(others, j)));
  const cosines = new Float64Array(directions.rows * others.rows);
  for (let i = 0; i < directions.rows; i++) {
    const direction = row(directions, i);
    const length = norm(direction);
    for (let j = 0; j < others.rows; j++) {
      const size = length * norms[j]!;
      if (size > 0) cosines[i * others.rows + j] = Math.max(-1, Math.min(1, dot(direction, row(others, j)) / size));
    }
  }
  return cosines;
}
