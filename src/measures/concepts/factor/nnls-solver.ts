import { type PassiveSet, PassiveSets, solveOnSet } from './passive-sets.ts';

/** Exchanges of all infeasible coefficients without progress before only one is exchanged (Kim & Park 2011). */
const FULL_EXCHANGES = 3;

/**
 * Minimises ½·uᵀQu − qᵀu over u ≥ 0 for many q and one Q (k × k, positive semidefinite), each q for itself. Exact to
 * rounding: block principal pivoting (Kim & Park 2011) from the solution without bounds ends at a point that satisfies the
 * Karush–Kuhn–Tucker conditions; where Q is singular, or pivoting goes in circles, the active-set method of Lawson &
 * Hanson (1974) does the work.
 */
export class NnlsSolver {
  private readonly k: number;
  private readonly gram: Float64Array;
  private readonly sets: PassiveSets;
  private readonly held: Uint8Array;
  private readonly infeasible: Uint8Array;
  private readonly solution: Float64Array;

  constructor(gram: Float64Array, k: number) {
    this.k = k;
    this.gram = gram;
    this.sets = new PassiveSets(gram, k);
    this.held = new Uint8Array(k);
    this.infeasible = new Uint8Array(k);
    this.solution = new Float64Array(k);
  }

  /** Writes the minimiser for `q` into `u`. */
  solve(q: Float64Array, u: Float64Array): void {
    if (!this.pivot(q, u)) this.activate(q, u);
  }

  /** Block principal pivoting; false where it does not come to an end. */
  private pivot(q: Float64Array, u: Float64Array): boolean {
    const { k, held, infeasible, solution } = this;
    held.fill(1);
    let fewest = k + 1;
    let patience = FULL_EXCHANGES;
    for (let round = 0; round < 10 * k; round++) {
      const set = this.sets.of(held);
      if (!set.factor) return false;
      solveOnSet(set, q, solution);
      const count = this.markInfeasible(set, q);
      if (count === 0) {
        u.fill(0);
        for (let i = 0; i < set.members.length; i++) u[set.members[i]!] = solution[i]!;
        return true;
      }
      if (count < fewest) {
        fewest = count;
        patience = FULL_EXCHANGES;
      } else patience--;
      for (let t = k - 1; t >= 0; t--) {
        if (infeasible[t] === 0) continue;
        held[t]! ^= 1;
        if (patience < 0) break;
      }
    }
    return false;
  }

  /** Marks members below 0 and others whose rise would lower the error by more than rounding; how many there are. */
  private markInfeasible({ members, others, cross }: PassiveSet, q: Float64Array): number {
    const { k, infeasible, solution } = this;
    const n = members.length;
    infeasible.fill(0);
    let count = 0;
    for (let i = 0; i < n; i++) {
      if (solution[i]! >= 0) continue;
      infeasible[members[i]!] = 1;
      count++;
    }
    for (let i = 0, at = 0; i < others.length; i++) {
      const t = others[i]!;
      let gradient = q[t]!;
      let size = Math.abs(gradient);
      for (let j = 0; j < n; j++) {
        const term = cross[at++]! * solution[j]!;
        gradient -= term;
        size += Math.abs(term);
      }
      if (gradient <= roundingOf(size, k)) continue;
      infeasible[t] = 1;
      count++;
    }
    return count;
  }

  /** Lawson and Hanson's method: one coefficient enters at a time, and never leaves for one that adds nothing to it. */
  private activate(q: Float64Array, u: Float64Array): void {
    const { k, held, solution } = this;
    const refused = this.infeasible;
    u.fill(0);
    held.fill(0);
    refused.fill(0);
    // The method ends by itself; the bound only stops it from moving to and fro within rounding.
    for (let round = 0; round < 100 * k; round++) {
      const entering = this.steepest(q, u);
      if (entering < 0) return;
      held[entering] = 1;
      let set = this.sets.of(held);
      if (set.factor) solveOnSet(set, q, solution);
      // Rounding may find a gradient where a direction adds nothing to those that are in.
      if (!set.factor || solution[set.members.indexOf(entering)]! <= 0) {
        held[entering] = 0;
        refused[entering] = 1;
        continue;
      }
      while (this.moveTowards(u, set.members)) {
        set = this.sets.of(held);
        solveOnSet(set, q, solution);
      }
      for (let i = 0; i < set.members.length; i++) u[set.members[i]!] = solution[i]!;
      refused.fill(0);
    }
  }

  /** The coefficient at 0 whose rise lowers the error most, or −1 where none does by more than rounding. */
  private steepest(q: Float64Array, u: Float64Array): number {
    const { k, gram } = this;
    let best = -1;
    let most = 0;
    for (let t = 0; t < k; t++) {
      if (this.held[t] === 1 || this.infeasible[t] === 1) continue;
      let gradient = q[t]!;
      let size = Math.abs(gradient);
      for (let r = 0; r < k; r++) {
        const term = gram[t * k + r]! * u[r]!;
        gradient -= term;
        size += Math.abs(term);
      }
      if (gradient <= Math.max(most, roundingOf(size, k))) continue;
      most = gradient;
      best = t;
    }
    return best;
  }

  /**
   * Where the solution on the set has a coefficient of 0 or less, goes from `u` towards it until the first coefficient is
   * 0, and takes those at 0 out of the set. False where it has none.
   */
  private moveTowards(u: Float64Array, members: Int32Array): boolean {
    const { solution, held } = this;
    let share = Number.POSITIVE_INFINITY;
    let leaving = -1;
    members.forEach((t, i) => {
      if (solution[i]! > 0) return;
      const reach = u[t]! === 0 ? 0 : u[t]! / (u[t]! - solution[i]!);
      if (reach >= share) return;
      share = reach;
      leaving = t;
    });
    if (leaving < 0) return false;
    members.forEach((t, i) => {
      u[t]! += share * (solution[i]! - u[t]!);
      if (t !== leaving && u[t]! > 0) return;
      u[t] = 0;
      held[t] = 0;
    });
    return true;
  }
}

/** Largest error of a gradient of k + 1 terms of this absolute sum. */
function roundingOf(size: number, k: number): number {
  return 4 * k * Number.EPSILON * size;
}
