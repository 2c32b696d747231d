/** A set of coefficients that are not held at 0, with the Cholesky factor of its part of the Gram matrix. */
interface PassiveSet {
  members: Int32Array;
  /** Lower triangle, row by row, with the inverse of each pivot on the diagonal; null if the set depends linearly. */
  factor: Float64Array | null;
}

/** Numbers that cached factors may hold together; beyond it the cache starts anew. */
const CACHE_VALUES = 2 ** 22;

/**
 * Minimises ½·uᵀQu − qᵀu over u ≥ 0 for many q and one Q (k × k, positive semidefinite), by the active-set method of
 * Lawson & Hanson (1974).
 */
export class PassiveSets {
  private readonly cache = new Map<number | string, PassiveSet>();
  private cached = 0;
  private readonly held: Uint8Array;
  private readonly refused: Uint8Array;
  private readonly gradient: Float64Array;
  private readonly rounding: Float64Array;
  private readonly step: Float64Array;
  private readonly gram: Float64Array;
  private readonly k: number;

  constructor(gram: Float64Array, k: number) {
    this.gram = gram;
    this.k = k;
    this.held = new Uint8Array(k);
    this.refused = new Uint8Array(k);
    this.gradient = new Float64Array(k);
    this.rounding = new Float64Array(k);
    this.step = new Float64Array(k);
  }

  /** Writes the minimiser for `q` into `u`. */
  solve(q: Float64Array, u: Float64Array): void {
    const { k, held, refused, step } = this;
    u.fill(0);
    held.fill(0);
    refused.fill(0);
    this.updateGradient(q, u);
    // The method ends by itself; the bound only stops it from moving to and fro within rounding.
    for (let round = 0; round < 100 * k; round++) {
      const entering = this.steepest();
      if (entering < 0) return;
      held[entering] = 1;
      let set = this.passiveSet();
      // Rounding may find a gradient where a direction adds nothing to those that are in.
      if (!set.factor || this.solveOn(set, q)[entering]! <= 0) {
        held[entering] = 0;
        refused[entering] = 1;
        continue;
      }
      while (this.moveTowards(u, set.members)) {
        set = this.passiveSet();
        this.solveOn(set, q);
      }
      for (const t of set.members) u[t] = step[t]!;
      refused.fill(0);
      this.updateGradient(q, u);
    }
  }

  /** The coefficient at 0 whose rise lowers the error most, or −1 where none does by more than rounding. */
  private steepest(): number {
    let best = -1;
    let most = 0;
    for (let t = 0; t < this.k; t++) {
      if (this.held[t] || this.refused[t]) continue;
      const gradient = this.gradient[t]!;
      if (gradient > this.rounding[t]! && gradient > most) {
        most = gradient;
        best = t;
      }
    }
    return best;
  }

  private updateGradient(q: Float64Array, u: Float64Array): void {
    const { k, gram } = this;
    for (let t = 0; t < k; t++) {
      let gradient = q[t]!;
      let size = Math.abs(gradient);
      for (let r = 0; r < k; r++) {
        const term = gram[t * k + r]! * u[r]!;
        gradient -= term;
        size += Math.abs(term);
      }
      this.gradient[t] = gradient;
      this.rounding[t] = 4 * k * Number.EPSILON * size;
    }
  }

  /**
   * Where the solution on the set has a coefficient of 0 or less, goes from `u` towards it until the first coefficient is
   * 0, and takes those out of the set. False where it has none.
   */
  private moveTowards(u: Float64Array, members: Int32Array): boolean {
    const { step, held } = this;
    let share = 1;
    let leaving = -1;
    for (const t of members) {
      if (step[t]! > 0) continue;
      const reach = u[t]! / (u[t]! - step[t]!);
      if (leaving < 0 || !(reach >= share)) {
        share = reach || 0;
        leaving = t;
      }
    }
    if (leaving < 0) return false;
    for (const t of members) {
      u[t]! += share * (step[t]! - u[t]!);
      if (t !== leaving && u[t]! > 0) continue;
      u[t] = 0;
      held[t] = 0;
    }
    return true;
  }

  /** Solves on the set without bounds, into `step`. */
  private solveOn({ members, factor }: PassiveSet, q: Float64Array): Float64Array {
    const { step } = this;
    const n = members.length;
    const lower = factor!;
    for (let i = 0; i < n; i++) {
      let sum = q[members[i]!]!;
      const line = (i * (i + 1)) / 2;
      for (let j = 0; j < i; j++) sum -= lower[line + j]! * step[members[j]!]!;
      step[members[i]!] = sum * lower[line + i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      const line = (i * (i + 1)) / 2;
      const value = step[members[i]!]! * lower[line + i]!;
      step[members[i]!] = value;
      for (let j = 0; j < i; j++) step[members[j]!]! -= lower[line + j]! * value;
    }
    return step;
  }

  private passiveSet(): PassiveSet {
    const { k, held } = this;
    let key: number | string = 0;
    // Beyond 52 members a number can no longer tell all sets apart.
    if (k <= 52) for (let t = 0; t < k; t++) key += held[t]! * 2 ** t;
    else key = held.join('');
    let set = this.cache.get(key);
    if (!set) {
      set = this.factorise();
      this.cached += (set.members.length * (set.members.length + 1)) / 2;
      if (this.cached > CACHE_VALUES) {
        this.cache.clear();
        this.cached = 0;
      }
      this.cache.set(key, set);
    }
    return set;
  }

  private factorise(): PassiveSet {
    const { k, gram, held } = this;
    const members = Int32Array.from(Array.from(held.keys()).filter((t) => held[t] === 1));
    const n = members.length;
    const factor = new Float64Array((n * (n + 1)) / 2);
    for (let i = 0; i < n; i++) {
      const line = (i * (i + 1)) / 2;
      for (let j = 0; j <= i; j++) {
        const other = (j * (j + 1)) / 2;
        let sum = gram[members[i]! * k + members[j]!]!;
        for (let r = 0; r < j; r++) sum -= factor[line + r]! * factor[other + r]!;
        if (j < i) factor[line + j] = sum * factor[other + j]!;
        else if (sum <= 8 * k * Number.EPSILON * gram[members[i]! * k + members[i]!]!) return { members, factor: null };
        else factor[line + i] = 1 / Math.sqrt(sum);
      }
    }
    return { members, factor };
  }
}
