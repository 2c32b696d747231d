/** Rows and columns. */
export interface GridSize {
  height: number;
  width: number;
}

/** How the tokens of a transformer lie: some before the patches, then the patches row by row. */
export interface TokenGrid extends GridSize {
  /** Tokens before the patches: CLS, distillation, registers. */
  leading: number;
}

/** What tells how tokens lie. */
export interface TokenEvidence {
  /** Of the picture, where it is known. */
  input?: GridSize | null;
  /** The maps that other layers of the network make: patches come out of one of them. */
  maps?: readonly GridSize[];
  /** Tokens before the patches, where somebody says so. */
  leading?: number;
}

/** The most tokens before the patches that are thought of: CLS with four registers is usual, 16 the most published. */
const MOST_LEADING = 16;

/**
 * The grid of `tokens` tokens where it can be only one; null where there is none or several, since a guess that happens to
 * fit would put everything in a wrong place. A map of another layer that holds all but 16 of them tells it first. Else
 * patches are squares of one side that tile the picture, behind up to 16 others; where they do not fit exactly, as after
 * strides that pad or cut off, no others are thought of.
 */
export function tokenGrid(tokens: number, { input, maps = [], leading }: TokenEvidence): TokenGrid | null {
  const fits = (grids: readonly GridSize[], most: number): TokenGrid[] => {
    const found = new Map<string, TokenGrid>();
    for (const { height, width } of grids) {
      const before = tokens - height * width;
      if (height * width < 2 || before < 0 || before > most || (leading ?? before) !== before) continue;
      found.set(`${height} ${width}`, { leading: before, height, width });
    }
    return [...found.values()];
  };
  const most = leading ?? MOST_LEADING;
  const seen = fits(maps, most);
  if (seen.length > 0 || !input) return only(seen);
  const exact = fits(tilings(input, true), most);
  return only(exact.length > 0 ? exact : fits(tilings(input, false), leading ?? 0));
}

function only<T>(found: readonly T[]): T | null {
  return found.length === 1 ? found[0]! : null;
}

/** Grids of square patches: those that tile a picture exactly, or those that are left over or cut off at its edge. */
function tilings({ height, width }: GridSize, exactly: boolean): GridSize[] {
  const grids: GridSize[] = [];
  for (let patch = 1; patch < Math.max(height, width); patch++) {
    if ((height % patch === 0 && width % patch === 0) !== exactly) continue;
    for (const round of exactly ? [Math.floor] : [Math.floor, Math.ceil])
      grids.push({ height: round(height / patch), width: round(width / patch) });
  }
  return grids;
}
