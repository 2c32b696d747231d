import { UnsupportedError, UsageError } from '../../base/errors.ts';
import { type GridSize, type TokenEvidence, tokenGrid } from './token-grid.ts';

/** What is said of a layer's tokens by the caller or by who wrote the file. */
export interface TokenHints {
  /** Tokens before the patches. */
  tokens?: number;
  /** Rows and columns of patches. */
  grid?: GridSize;
}

/** What hints are applied to. */
interface TokenLayer {
  name: string;
  kind: string;
  positions: number;
  extent: GridSize | null;
  leadingTokens: number | null;
}

/**
 * A layer of tokens with what is said of it in place of what can be told. Where only the tokens before the patches are
 * said, the grid is that which the evidence leaves, or none.
 *
 * @throws UsageError where they do not add up.
 */
export function withTokenHints<L extends TokenLayer>(
  layer: L,
  { tokens, grid }: TokenHints,
  evidence: Omit<TokenEvidence, 'leading'>,
): L {
  if (layer.kind !== 'tokens' || (tokens === undefined && grid === undefined)) return layer;
  const { name, positions } = layer;
  const leading = tokens ?? positions - grid!.height * grid!.width;
  const patches = positions - leading;
  if (leading < 0 || patches < 1 || (grid && grid.height * grid.width !== patches))
    throw new UsageError(
      `${name} has ${positions} tokens, which are not ${leading} before ${grid ? `${grid.height}×${grid.width} ` : ''}patches.`,
      { hint: 'Give the tokens before the patches with --tokens and the rows and columns of patches with --grid.' },
    );
  const found = grid ?? tokenGrid(positions, { ...evidence, leading });
  return { ...layer, leadingTokens: leading, extent: found && { height: found.height, width: found.width } };
}

/**
 * Refuses layers whose tokens before the patches nobody tells: a CLS token among patches would be matched as one.
 *
 * @throws UnsupportedError naming the first such layer and the option that tells.
 */
export function requireKnownTokens(file: string, layers: readonly TokenLayer[]): void {
  const open = layers.find(({ kind, leadingTokens }) => kind === 'tokens' && leadingTokens === null);
  if (!open) return;
  throw new UnsupportedError(
    `${file}: which of the ${open.positions} tokens of ${open.name} come before the patches cannot be told.`,
    {
      hint: 'Say it with --tokens cls, --tokens cls+4 (registers) or --tokens none, and the rows and columns of patches with --grid.',
    },
  );
}

/** What is said in a report of layers whose patches form no known grid. */
export function gridNotes(layers: readonly TokenLayer[]): string[] {
  return layers
    .filter(({ kind, extent, positions }) => kind === 'tokens' && extent === null && positions > 1)
    .map(
      ({ name, positions, leadingTokens }) =>
        `The rows and columns of the ${positions - (leadingTokens ?? 0)} patches of ${name} are not known, so places have numbers alone; say them with --grid.`,
    );
}
