/** Coefficients that are not held at 0, with what it takes to solve for them alone. */
export interface PassiveSet {
  members: Int32Array;
  others: Int32Array;
  /** Cholesky factor, lower triangle row by row, with the inverse of each pivot; null if the set depends linearly. */
  factor: Float64Array | null;
  /** Gram matrix of the others (rows) with the members. */
  cross: Float64Array;
}

/** Numbers that cached sets may hold together; beyond it the cache starts anew. */
const CACHE_VALUES = 2 ** 23;

/** The sets of a Gram matrix (k × k, positive semidefinite) that were asked for, each factorised once. */
export class PassiveSets {
  private readonly cache = new Map<number | string, PassiveSet>();
  private cached = 0;
  private readonly gram: Float64Array;
  private readonly k: number;
  private readonly bits: Float64Array;

  constructor(gram: Float64Array, k: number) {
    this.gram = gram;
    this.k = k;
    this.bits = Float64Array.from({ length: k }, (_, t) => 2 ** t);
  }

  /** The set of the coefficients marked with 1. */
  of(held: Uint8Array): PassiveSet {
    const key = this.keyOf(held);
    const known = this.cache.get(key);
    if (known) return known;
    const set = this.factorise(held);
    this.cached += this.k * this.k;
    if (this.cached > CACHE_VALUES) {
      this.cache.clear();
      this.cached = this.k * this.k;
    }
    this.cache.set(key, set);
    return set;
  }

  private keyOf(held: Uint8Array): number | string {
    // Beyond 52 coefficients a number can no longer tell all sets apart.
    if (this.k > 52) return held.join('');
    let key = 0;
    for (let t = 0; t < this.k; t++) if (held[t] === 1) key += this.bits[t]!;
    return key;
  }

  private factorise(held: Uint8Array): PassiveSet {
    const { k, gram } = this;
    const all = Array.from(held.keys());
    const members = Int32Array.from(all.filter((t) => held[t] === 1));
    const others = Int32Array.from(all.filter((t) => held[t] !== 1));
    const n = members.length;
    const cross = new Float64Array(others.length * n);
    others.forEach((t, i) => {
      for (let j = 0; j < n; j++) cross[i * n + j] = gram[t * k + members[j]!]!;
    });
    return { members, others, factor: this.cholesky(members), cross };
  }

  private cholesky(members: Int32Array): Float64Array | null {
    const { k, gram } = this;
    const n = members.length;
    const factor = new Float64Array((n * (n + 1)) / 2);
    for (let i = 0; i < n; i++) {
      const line = (i * (i + 1)) / 2;
      const square = gram[members[i]! * k + members[i]!]!;
      for (let j = 0; j <= i; j++) {
        const other = (j * (j + 1)) / 2;
        let sum = gram[members[i]! * k + members[j]!]!;
        for (let r = 0; r < j; r++) sum -= factor[line + r]! * factor[other + r]!;
        if (j < i) factor[line + j] = sum * factor[other + j]!;
        else if (sum <= 8 * k * Number.EPSILON * square) return null;
        else factor[line + i] = 1 / Math.sqrt(sum);
      }
    }
    return factor;
  }
}

/** Solves Q·y = q on a set that is linearly independent, into the first values of `y`. */
export function solveOnSet({ members, factor }: PassiveSet, q: Float64Array, y: Float64Array): void {
  const n = members.length;
  const lower = factor!;
  for (let i = 0, at = 0; i < n; i++) {
    let sum = q[members[i]!]!;
    for (let j = 0; j < i; j++) sum -= lower[at++]! * y[j]!;
    y[i] = sum * lower[at++]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    const line = (i * (i + 1)) / 2;
    const value = y[i]! * lower[line + i]!;
    y[i] = value;
    for (let j = 0; j < i; j++) y[j]! -= lower[line + j]! * value;
  }
}
