const INSERTION_RUN = 16;

/** Inversions by merge sort; the sequence is overwritten. */
export function inversionsPlain(sequence: Uint32Array): number {
  const n = sequence.length;
  let count = 0;
  for (let start = 0; start < n; start += INSERTION_RUN) {
    const end = Math.min(n, start + INSERTION_RUN);
    for (let i = start + 1; i < end; i++) {
      const value = sequence[i]!;
      let k = i - 1;
      while (k >= start && sequence[k]! > value) {
        sequence[k + 1] = sequence[k]!;
        k--;
      }
      count += i - 1 - k;
      sequence[k + 1] = value;
    }
  }
  let from = sequence;
  let to: Uint32Array = new Uint32Array(n);
  for (let width = INSERTION_RUN; width < n; width *= 2) {
    for (let start = 0; start < n; start += 2 * width) {
      const middle = Math.min(n, start + width);
      const end = Math.min(n, start + 2 * width);
      let left = start;
      let right = middle;
      let out = start;
      while (left < middle && right < end) {
        if (from[right]! < from[left]!) {
          count += middle - left;
          to[out++] = from[right++]!;
        } else to[out++] = from[left++]!;
      }
      while (left < middle) to[out++] = from[left++]!;
      while (right < end) to[out++] = from[right++]!;
    }
    [from, to] = [to, from];
  }
  return count;
}
