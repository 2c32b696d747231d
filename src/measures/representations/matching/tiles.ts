/** A rectangle of image pairs: rows start…end of the first set against columns start…end of the second. */
export interface PairTile {
  rowStart: number;
  rowEnd: number;
  columnStart: number;
  columnEnd: number;
}

/**
 * Cuts all pairs into square tiles, row by row. With `symmetric` only tiles on and below the diagonal are listed: the
 * pairs of a set with itself are computed once and mirrored. The plan depends on nothing but its arguments, so a study
 * that holds some tiles can be resumed.
 */
export function planTiles(rows: number, columns: number, symmetric: boolean, tileSize: number): PairTile[] {
  const tiles: PairTile[] = [];
  for (let rowStart = 0; rowStart < rows; rowStart += tileSize)
    for (let columnStart = 0; columnStart < columns; columnStart += tileSize) {
      if (symmetric && columnStart > rowStart) break;
      tiles.push({
        rowStart,
        rowEnd: Math.min(rowStart + tileSize, rows),
        columnStart,
        columnEnd: Math.min(columnStart + tileSize, columns),
      });
    }
  return tiles;
}

/** How many pairs a tile asks to be matched; on the diagonal of a symmetric plan only those below it. */
export function pairsInTile(tile: PairTile, symmetric: boolean): number {
  const rows = tile.rowEnd - tile.rowStart;
  const columns = tile.columnEnd - tile.columnStart;
  return symmetric && tile.rowStart === tile.columnStart ? (rows * (rows - 1)) / 2 : rows * columns;
}
