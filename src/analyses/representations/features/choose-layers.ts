import { lastSpatialLayer, layersByDepth, readableLayers } from '../../../activations/model/choose-by-depth.ts';
import { findLayer } from '../../../activations/model/find-layer.ts';
import type { Layer } from '../../../activations/model/layer.ts';
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
 * The layers to read: those named, or by depth. A map of class scores, as fully convolutional classifiers and networks of
 * segmentation and detection end in, is an answer rather than a representation and is not taken unasked.
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
  const candidates = readableLayers(layers, logits);
  return depth === 1 ? [lastSpatialLayer(candidates)] : layersByDepth(candidates, depth);
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
