import { UsageError } from '../../../base/errors.ts';
import type { Matrix } from '../../../tensor/matrix.ts';

/**
 * @throws UsageError for a matrix without rows or columns, of another length than its shape says, or with a value that is
 * not finite; `name` is what the message calls its values, in the plural.
 */
export function requireFinite(matrix: Matrix, name: string): void {
  const { rows, cols, data } = matrix;
  if (data.length !== rows * cols)
    throw new UsageError(`${name} have ${data.length} values, which is not ${rows}×${cols}.`);
  if (data.length === 0)
    throw new UsageError(`${name} are empty: ${rows} rows × ${cols} columns.`, {
      hint: 'Give at least one row of at least one value; a class without images has no concepts.',
    });
  let finite = 0;
  for (let i = 0; i < data.length; i++) finite += data[i]! - data[i]!;
  if (finite === 0) return;
  const at = data.findIndex((value) => !Number.isFinite(value));
  throw new UsageError(`${name} must be finite; row ${Math.floor(at / cols)}, column ${at % cols} is ${data[at]}.`, {
    hint: 'NaN and infinity usually come from a model run in half precision or on pictures without normalisation.',
  });
}

/** @throws UsageError if a value is below 0. */
export function requireNonNegative({ cols, data }: Matrix, method: string, name: string, hint: string): void {
  const at = data.findIndex((value) => value < 0);
  if (at < 0) return;
  throw new UsageError(
    `${method} needs ${name} of at least 0; row ${Math.floor(at / cols)}, column ${at % cols} is ${data[at]}.`,
    { hint },
  );
}

/** @throws UsageError unless 1 ≤ nComponents ≤ min(rows, cols), a whole number. */
export function requireComponents(nComponents: number, { rows, cols }: Matrix): void {
  if (!(Number.isInteger(nComponents) && nComponents > 0))
    throw new UsageError(`nComponents must be a whole number above 0; found ${nComponents}.`);
  const most = Math.min(rows, cols);
  if (nComponents > most)
    throw new UsageError(`nComponents is ${nComponents}, above the ${most} that ${rows}×${cols} activations allow.`, {
      hint: `Ask for at most ${most} components, or give more ${rows < cols ? 'images' : 'channels'}.`,
    });
}

/** @throws UsageError unless `rank`, of the matrix as far as nComponents goes, reaches nComponents. */
export function requireRank(rank: number, nComponents: number, { rows, cols }: Matrix): void {
  if (rank >= nComponents) return;
  if (rank === 0) throw new UsageError(`All ${rows}×${cols} activations are 0: there is nothing to factorise.`);
  throw new UsageError(`nComponents is ${nComponents}, above the rank ${rank} of the ${rows}×${cols} activations.`, {
    hint: `Ask for at most ${rank} components, or give more varied images.`,
  });
}

/** @throws UsageError on options out of range. */
export function requireStopping(maxIter: number, tol: number): void {
  if (!(Number.isInteger(maxIter) && maxIter > 0))
    throw new UsageError(`maxIter must be a whole number above 0; found ${maxIter}.`);
  if (!(tol >= 0)) throw new UsageError(`tol must be at least 0; found ${tol}.`);
}
