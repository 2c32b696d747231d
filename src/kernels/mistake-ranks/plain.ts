/** Twin of the kernel; see `mistakeRanks` in ../mistake-ranks.ts. */
export function mistakeRanksPlain(
  similarity: Float32Array | Float64Array,
  counts: Float32Array | Float64Array,
  errors: Float64Array,
  ranks: Float64Array,
): void {
  const n = errors.length;
  for (let i = 0; i < n; i++) {
    const row = similarity.subarray(i * n, (i + 1) * n);
    let rowErrors = 0;
    let rowRanks = 0;
    for (let j = 0; j < n; j++) {
      const count = counts[i * n + j]!;
      if (j === i || count === 0) continue;
      const value = row[j]!;
      // Counted without branches, which random order would make the processor guess wrong every other time.
      let both = 0;
      for (let k = 0; k < n; k++) both += +(row[k]! > value) + +(row[k]! >= value);
      rowErrors += count;
      rowRanks += count * (0.5 + 0.5 * both);
    }
    errors[i] = rowErrors;
    ranks[i] = rowRanks;
  }
}
