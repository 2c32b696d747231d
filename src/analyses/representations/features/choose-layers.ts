import { findLayer } from '../../../activations/model/find-layer.ts';
import { type Layer, lastSpatialLayer, layersByDepth } from '../../../activations/model/layers.ts';
import { UsageError } from '../../../base/errors.ts';
import type { FeatureLayout } from '../../../measures/representations/feature-maps.ts';

/** A layer that is read, with what its features are like. */
export interface PlannedLayer {
  name: string;
  kind: 'map' | 'tokens';
  layout: FeatureLayout;
  /** Of the map, or tokens with those before the patches. */
  positions: number;
  channels: number;
  extent: { height: number; width: number } | null;
  /** Tokens before the patches that are left out. */
  droppedTokens: number;
  /** Tokens before the patches that there are. */
  leadingTokens: number;
}

/** What a plan is made from. */
export type PlannableLayer = Pick<
  Layer,
  'name' | 'kind' | 'positions' | 'channels' | 'extent' | 'leadingTokens' | 'layout'
>;

/**
 * The layers to read: those named, or by depth. A map of class scores, as fully convolutional classifiers end in, is an
 * answer rather than a representation and is never taken unasked.
 *
 * @throws UsageError for a layer that is not there or has no positions, or if no layer has positions.
 */
export function chooseLayers(
  layers: readonly Layer[],
  asked: readonly string[] | undefined,
  { depth, logits, file }: { depth: number; logits: Layer | null; file: string },
): Layer[] {
  if (asked)
    return asked.map((name) => {
      const found = findLayer(layers, name, file);
      if (found.kind === 'map' || found.kind === 'tokens') return found;
      throw new UsageError(`${file}: layer "${name}" has shape ${found.shape.join('×')}, and no positions to match.`, {
        hint: 'Take a layer of shape 1×C×H×W or 1×T×D; "--layers list" shows them.',
      });
    });
  const candidates = layers.filter(({ kind, channels }) => kind !== 'map' || !logits || channels !== logits.channels);
  return depth === 1 ? [lastSpatialLayer(candidates)] : layersByDepth(candidates, depth);
}

/** What is said of a layer's tokens by the caller or by who wrote the file. */
export interface TokenHints {
  /** Tokens before the patches. */
  tokens?: number;
  /** Rows and columns of patches. */
  grid?: { height: number; width: number };
}

/**
 * A layer of tokens with what is said of it in place of what can be told. Where only the tokens before the patches are
 * said, the patches are taken for a square if they can be one.
 *
 * @throws UsageError where they do not add up.
 */
export function withTokenHints<L extends PlannableLayer>(layer: L, { tokens, grid }: TokenHints): L {
  if (layer.kind !== 'tokens' || (tokens === undefined && grid === undefined)) return layer;
  const { name, positions } = layer;
  const leading = tokens ?? positions - grid!.height * grid!.width;
  const patches = positions - leading;
  const side = Math.sqrt(patches);
  const extent = grid ?? (Number.isInteger(side) ? { height: side, width: side } : null);
  if (leading < 0 || patches < 1 || (grid && grid.height * grid.width !== patches))
    throw new UsageError(
      `${name} has ${positions} tokens, which are not ${leading} before ${grid ? `${grid.height}×${grid.width} ` : ''}patches.`,
      { hint: 'Give the tokens before the patches with --tokens and the rows and columns of patches with --grid.' },
    );
  return { ...layer, leadingTokens: leading, extent };
}

/** What is known of a layer before it is run. */
export function planLayer(
  { name, kind, positions, channels, extent, leadingTokens, layout }: PlannableLayer,
  cls: 'keep' | 'drop',
): PlannedLayer {
  const shared = { name, positions, channels };
  if (kind === 'map')
    return { ...shared, kind, layout: layout === 'nhwc' ? 'nhwc' : 'nchw', extent, droppedTokens: 0, leadingTokens: 0 };
  const leading = leadingTokens ?? 0;
  // Without the tokens before them the patches are a grid; with them, only where there are none.
  const droppedTokens = cls === 'drop' ? leading : 0;
  return {
    ...shared,
    kind: 'tokens',
    layout: 'ntd',
    extent: droppedTokens === leading ? extent : null,
    droppedTokens,
    leadingTokens: leading,
  };
}

/** What is said in a report where it cannot be told which tokens are patches. */
export function tokenWarnings(layers: readonly PlannableLayer[]): string[] {
  return layers
    .filter(({ kind, leadingTokens }) => kind === 'tokens' && leadingTokens === null)
    .map(
      ({ name, positions }) =>
        `Which of the ${positions} tokens of ${name} come before the patches cannot be told, so all take part and there is no grid; say it with --tokens and --grid.`,
    );
}
