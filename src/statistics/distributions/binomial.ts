/**
 * The quantile function of the binomial distribution, for many draws by its inverse: terms are made from the most likely
 * one outwards, so that none overflows.
 *
 * @param p share in [0, 1]
 * @returns for u in [0, 1) the smallest k with P(X ≤ k) > u.
 */
export function binomialQuantiles(trials: number, p: number): (u: number) => number {
  if (p === 0 || p === 1) return () => trials * p;
  const terms = new Float64Array(trials + 1);
  const mode = Math.min(trials, Math.floor((trials + 1) * p));
  terms[mode] = 1;
  for (let k = mode; k < trials; k++) terms[k + 1] = (terms[k]! * ((trials - k) * p)) / ((k + 1) * (1 - p));
  for (let k = mode; k > 0; k--) terms[k - 1] = (terms[k]! * (k * (1 - p))) / ((trials - k + 1) * p);
  for (let k = 1; k <= trials; k++) terms[k]! += terms[k - 1]!;
  const total = terms[trials]!;
  return (u) => {
    const wanted = u * total;
    let [low, high] = [0, trials];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (terms[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
