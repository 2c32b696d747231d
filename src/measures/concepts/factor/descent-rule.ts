/**
 * When multiplicative updates stop: once ten iterations lower ‖X − U·W‖ by less than `tol` of what it was at the start, the
 * rule of scikit-learn's "mu" solver.
 */
export function descentRule(tol: number): { settled(iteration: number, squaredError: number): boolean } {
  let first = 0;
  let previous = 0;
  return {
    settled(iteration, squaredError) {
      const error = Math.sqrt(Math.max(0, squaredError));
      if (iteration === 0) {
        first = error;
        previous = error;
        return error === 0;
      }
      if (iteration % 10 !== 0) return false;
      const settled = previous - error <= tol * first;
      previous = error;
      return settled;
    },
  };
}
