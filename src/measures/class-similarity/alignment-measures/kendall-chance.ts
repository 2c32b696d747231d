import { createRandom } from '../../../statistics/random.ts';
import type { ChanceMoments } from './alignment-measure.ts';

/** τ and ρ when the classes of one side are put in another order. */
export type RankPair = readonly [tau: number, rho: number];

/** Up to this many classes every order is gone through. */
const ALL_ORDERS = 7;
/** Draws go on until the relative standard error of the deviation is this small: z is then known to 3 % at 3 of these. */
const ENOUGH = 0.01;
const FEWEST_DRAWS = 24;
const MOST_DRAWS = 2_000;
/** Own and fixed, so that no option changes a chance level. */
const SEED = 0x6b656e64;

/**
 * Chance level of Kendall's τ-b over all orders of the classes of one side. Its mean is exactly 0: over all orders each
 * pair of entries meets every pair as often one way round as the other. Its deviation has no short formula and is
 * estimated from permutations, but not from their spread alone: ρ of the same permutation goes almost the same way, and
 * its deviation is known exactly, so only the part of τ that ρ does not explain is left to chance (a control variate).
 *
 * @param orders τ and ρ under a permutation of the classes.
 * @param sdOfRho The exact deviation of ρ.
 * @param draws Number of permutations; by default as many as bring the standard error of the deviation below 1 %.
 */
export function kendallChance(
  classes: number,
  orders: (permutation: Uint32Array) => RankPair,
  sdOfRho: number,
  draws?: number,
): ChanceMoments {
  if (classes <= ALL_ORDERS && draws === undefined) return overAllOrders(classes, orders);
  const random = createRandom(SEED);
  const found: RankPair[] = [];
  const most = draws ?? MOST_DRAWS;
  for (;;) {
    found.push(orders(random.permutation(classes)));
    if (found.length < Math.min(most, FEWEST_DRAWS)) continue;
    const level = deviationOfTau(found, sdOfRho);
    if (found.length >= most || (draws === undefined && level.sdError <= ENOUGH)) return level;
  }
}

/** The deviation of τ from draws of τ and ρ, both of mean 0, and the exact deviation of ρ. */
export function deviationOfTau(found: readonly RankPair[], sdOfRho: number): ChanceMoments {
  const n = found.length;
  let tauRho = 0;
  let rhoRho = 0;
  for (const [tau, rho] of found) {
    tauRho += tau * rho;
    rhoRho += rho * rho;
  }
  const slope = rhoRho > 0 ? tauRho / rhoRho : 0;
  let rest = 0;
  for (const [tau, rho] of found) rest += (tau - slope * rho) ** 2;
  const explained = (slope * sdOfRho) ** 2;
  const variance = explained + rest / Math.max(1, n - 1);
  const share = variance > 0 ? explained / variance : 1;
  return { mean: 0, sd: Math.sqrt(variance), draws: n, sdError: Math.sqrt((1 - share * share) / (2 * n)) };
}

function overAllOrders(classes: number, orders: (permutation: Uint32Array) => RankPair): ChanceMoments {
  const order = Uint32Array.from({ length: classes }, (_, i) => i);
  let squares = 0;
  let count = 0;
  // Heap's algorithm: each order follows from the one before by a swap.
  const visit = (k: number): void => {
    if (k <= 1) {
      const [tau] = orders(order);
      squares += tau * tau;
      count++;
      return;
    }
    for (let i = 0; i < k; i++) {
      visit(k - 1);
      const from = k % 2 === 0 ? i : 0;
      [order[from], order[k - 1]] = [order[k - 1]!, order[from]!];
    }
  };
  visit(classes);
  return { mean: 0, sd: Math.sqrt(squares / count), draws: 0, sdError: 0 };
}
