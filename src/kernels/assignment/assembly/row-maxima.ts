/**
 * The easy case of heavily tied values: where every row can have a column of its own that holds the row's largest value,
 * that is the optimum, at prices 0. Augmenting paths on those edges, breadth first; one row without a path settles that
 * there is no such assignment, so values that are all different cost next to nothing.
 */
import {
  blockSize,
  blocks,
  boundsAddress,
  columns,
  freeRows,
  getInt,
  heapPosition,
  largestLane,
  owner,
  predecessor,
  rowAddress,
  rowColumn,
  rows,
  setInt,
} from './arrays';

/** Rows looked at, as a multiple of all rows, before other ways promise more. */
const EFFORT: i32 = 8;

/** Gives every row a column where its value is the row's largest; false, with no use in what was matched, if it cannot. */
export function matchRowMaxima(): bool {
  memory.fill(owner, 0xff, (<usize>columns) << 2);
  memory.fill(rowColumn, 0xff, (<usize>rows) << 2);
  memory.fill(heapPosition, 0xff, (<usize>columns) << 2);
  let effort = EFFORT * rows;
  for (let start = 0; start < rows && effort > 0; start++) {
    // Rows to look at; a column is marked with the row whose search has seen it.
    let queued = 1;
    let sink = -1;
    setInt(freeRows, 0, start);
    for (let k = 0; k < queued && sink < 0; k++) {
      const row = getInt(freeRows, k);
      const values = rowAddress(row);
      const bound = boundsAddress(row);
      const target = f32x4.splat(largestOf(bound));
      effort--;
      for (let b = 0; b < blocks && sink < 0; b += 4) {
        let full = i32x4.bitmask(f32x4.eq(v128.load(bound + ((<usize>b) << 2)), target));
        while (full != 0 && sink < 0) {
          const from = (b + ctz(full)) * blockSize;
          full &= full - 1;
          for (let j = from; j < from + blockSize && sink < 0; j += 4) {
            let mask = i32x4.bitmask(f32x4.eq(v128.load(values + ((<usize>j) << 2)), target));
            while (mask != 0) {
              const column = j + ctz(mask);
              mask &= mask - 1;
              if (getInt(heapPosition, column) == start) continue;
              setInt(heapPosition, column, start);
              setInt(predecessor, column, row);
              const holder = getInt(owner, column);
              if (holder < 0) {
                sink = column;
                break;
              }
              setInt(freeRows, queued++, holder);
            }
          }
        }
      }
    }
    if (sink < 0) return false;
    while (true) {
      const row = getInt(predecessor, sink);
      const left = getInt(rowColumn, row);
      setInt(owner, sink, row);
      setInt(rowColumn, row, sink);
      if (row == start) break;
      sink = left;
    }
  }
  return effort > 0;
}

/** The largest value of a row, from the bounds of its blocks, which are exact while prices are 0. */
function largestOf(bound: usize): f32 {
  let high = v128.load(bound);
  for (let b = 4; b < blocks; b += 4) high = f32x4.pmax(high, v128.load(bound + ((<usize>b) << 2)));
  return largestLane(high);
}
