/** How the tokens of a transformer lie: some before the patches, then the patches row by row. */
export interface TokenGrid {
  /** Tokens before the patches: CLS, distillation, registers. */
  leading: number;
  height: number;
  width: number;
}

/** The most tokens before the patches that are thought of: CLS with four registers is usual, 16 the most published. */
const MOST_LEADING = 16;

/**
 * The grid of `tokens` tokens where it can be only one; null where there is none or several, since a guess that happens to
 * fit would put everything in a wrong place. Patches are squares of one side that tile the picture, behind up to 16 others;
 * where they do not fit exactly, as after strides that pad or cut off, no others are thought of.
 *
 * @param input Height and width of the picture; null where they are not known, which leaves nothing to go by.
 */
export function tokenGrid(tokens: number, input: { height: number; width: number } | null): TokenGrid | null {
  if (!input) return null;
  const { height, width } = input;
  const exact = new Map<string, TokenGrid>();
  const rounded = new Map<string, TokenGrid>();
  for (let patch = 1; patch < Math.max(height, width); patch++) {
    const isExact = height % patch === 0 && width % patch === 0;
    for (const round of [Math.floor, Math.ceil]) {
      const grid = { height: round(height / patch), width: round(width / patch) };
      const leading = tokens - grid.height * grid.width;
      if (grid.height * grid.width < 2 || leading < 0 || leading > (isExact ? MOST_LEADING : 0)) continue;
      (isExact ? exact : rounded).set(`${leading} ${grid.height} ${grid.width}`, { leading, ...grid });
    }
  }
  const found = [...(exact.size > 0 ? exact : rounded).values()];
  return found.length === 1 ? found[0]! : null;
}
