import { UsageError } from '../../../base/errors.ts';
import { type Matrix, row } from '../../../tensor/matrix.ts';
import { norm } from '../data/vectors.ts';
import { directionCosines } from './match-concepts.ts';

export interface HygieneOptions {
  /** A concept adding at most this share of what the largest adds is dead; default 1e-6. */
  deadShare?: number;
  /** Cosine of two directions from which the later is a duplicate; default 0.95. */
  duplicateCosine?: number;
}

export interface ConceptHygiene {
  /** No row shows the concept: ‖column of U‖·‖direction‖ is next to nothing. */
  dead: boolean;
  /** The earliest living concept of nearly the same direction, if any. */
  duplicateOf: number | null;
  /** Cosine with the closest other living concept; null without one. */
  closest: { concept: number; cosine: number } | null;
  /** ‖column of U‖·‖direction‖: the Frobenius norm of what the concept adds to the activations. */
  size: number;
}

/**
 * Which concepts of a factorisation are dead, and which repeat an earlier one; of coefficients (N × k) and directions
 * (k × D).
 *
 * @throws UsageError if their numbers of concepts differ or an option is out of range.
 */
export function conceptHygiene(
  coefficients: Matrix,
  directions: Matrix,
  options: HygieneOptions = {},
): ConceptHygiene[] {
  const { deadShare = 1e-6, duplicateCosine = 0.95 } = options;
  const k = directions.rows;
  if (coefficients.cols !== k)
    throw new UsageError(`Coefficients of ${coefficients.cols} concepts do not belong to ${k} directions.`);
  if (!(deadShare >= 0 && deadShare < 1) || !(duplicateCosine > 0 && duplicateCosine <= 1))
    throw new UsageError(
      `deadShare must be in [0, 1) and duplicateCosine in (0, 1]; found ${deadShare} and ${duplicateCosine}.`,
    );
  const sizes = conceptSizes(coefficients, directions);
  const largest = sizes.reduce((most, size) => Math.max(most, size), 0);
  const dead = Array.from(sizes, (size) => size <= deadShare * largest);
  const cosines = directionCosines(directions, directions);
  return Array.from(sizes, (size, t) => {
    if (dead[t]) return { dead: true, duplicateOf: null, closest: null, size };
    let closest: ConceptHygiene['closest'] = null;
    let duplicateOf: number | null = null;
    for (let s = 0; s < k; s++) {
      if (s === t || dead[s]) continue;
      const cosine = cosines[t * k + s]!;
      if (!closest || cosine > closest.cosine) closest = { concept: s, cosine };
      if (s < t && duplicateOf === null && cosine >= duplicateCosine) duplicateOf = s;
    }
    return { dead: false, duplicateOf, closest, size };
  });
}

function conceptSizes(coefficients: Matrix, directions: Matrix): Float64Array {
  const squares = new Float64Array(directions.rows);
  for (let i = 0; i < coefficients.data.length; i++) squares[i % coefficients.cols]! += coefficients.data[i]! ** 2;
  return squares.map((square, t) => Math.sqrt(square) * norm(row(directions, t)));
}
