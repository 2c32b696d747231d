/** Rows and columns walked together so that both stay in the cache. */
const TILE = 32;

/** Visits the tiles of an n × n matrix that reach above the diagonal, so that an entry and its mirror are near. */
export function forEachUpperTile(
  n: number,
  visit: (rowStart: number, rowEnd: number, colStart: number, colEnd: number) => void,
): void {
  for (let i = 0; i < n; i += TILE)
    for (let j = i; j < n; j += TILE) visit(i, Math.min(n, i + TILE), j, Math.min(n, j + TILE));
}

/** Copies the part above the diagonal of an n × n matrix below it. */
export function mirrorUpper(data: Float32Array | Float64Array, n: number): void {
  forEachUpperTile(n, (rowStart, rowEnd, colStart, colEnd) => {
    for (let i = rowStart; i < rowEnd; i++)
      for (let j = Math.max(i + 1, colStart); j < colEnd; j++) data[j * n + i] = data[i * n + j]!;
  });
}
