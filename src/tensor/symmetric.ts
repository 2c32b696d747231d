/** Rows and columns walked together so that an entry and its mirror stay in the cache. */
const TILE = 32;

/** Copies the part above the diagonal of an n × n matrix below it. */
export function mirrorUpper(data: Float32Array | Float64Array, n: number): void {
  for (let top = 0; top < n; top += TILE) {
    for (let left = top; left < n; left += TILE) {
      const bottom = Math.min(n, top + TILE);
      const right = Math.min(n, left + TILE);
      for (let i = top; i < bottom; i++)
        for (let j = Math.max(i + 1, left); j < right; j++) data[j * n + i] = data[i * n + j]!;
    }
  }
}
