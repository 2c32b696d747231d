import { FormatError } from '../../../base/errors.ts';

/** Classes kept of each picture: the top 5 that ImageNet's error rate counts. */
export const BEST_CLASSES = 5;

/** The columns of a model's scores that stand for classes. */
export interface ScoredClasses {
  /** Length of the whole vector of scores, with columns of no class such as "background". */
  width: number;
  /** The column of each class. */
  columns: Int32Array;
}

/** The classes that a model scores highest in for each picture. */
export interface BestClasses {
  /** How many of each picture: 5, or all of fewer classes. */
  k: number;
  /** Pictures × k, falling by score; of equal scores the lower class first. */
  classes: Uint32Array;
}

/** Collects the best classes of each picture, batch by batch; columns that stand for no class are passed over. */
export function bestClasses({ width, columns }: ScoredClasses, output: string) {
  const k = Math.min(BEST_CLASSES, columns.length);
  const found: number[] = [];
  return {
    /** @param scores pictures × width. @throws FormatError naming the first picture with a score of NaN. */
    add(scores: ArrayLike<number>, names: readonly string[]): void {
      names.forEach((name, i) => {
        const best: number[] = [];
        for (let c = 0; c < columns.length; c++) {
          const score = scores[i * width + columns[c]!]!;
          if (Number.isNaN(score)) throw new FormatError(`${name}: output "${output}" holds NaN.`);
          if (best.length === k && !(score > scores[i * width + columns[best[k - 1]!]!]!)) continue;
          let at = best.length;
          while (at > 0 && score > scores[i * width + columns[best[at - 1]!]!]!) at--;
          best.splice(at, 0, c);
          if (best.length > k) best.pop();
        }
        found.push(...best);
      });
    },
    result: (): BestClasses => ({ k, classes: Uint32Array.from(found) }),
  };
}
