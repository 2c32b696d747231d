import { lastSpatialLayer, layersByDepth, readableLayers } from '../../../activations/model/choose-by-depth.ts';
import { findLayer } from '../../../activations/model/find-layer.ts';
import type { Layer } from '../../../activations/model/layer.ts';
import { UsageError } from '../../../base/errors.ts';
import { type FeatureLayout, type FeatureMaps, featureMaps } from '../../../measures/representations/feature-maps.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import { EXACT_POSITIONS, settledMethod } from '../matching/match-settings.ts';
import type { MethodChoice } from '../option-table.ts';

/** A layer that is read, with what its features are like. */
export interface PlannedLayer {
  name: string;
  kind: 'map' | 'tokens' | 'vector';
  /** `nd` for one vector an image. */
  layout: FeatureLayout | 'nd';
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
export interface PlannableLayer
  extends Pick<Layer, 'name' | 'kind' | 'positions' | 'channels' | 'extent' | 'leadingTokens'> {
  layout: Layer['layout'] | 'nd';
}

/** Positions up to which a layer is matched unasked: the cost of a pair grows with their square and more. */
export const PREFERRED_POSITIONS = 1024;

/** Positions from which a layer is never matched unasked, not even where there is no smaller one: a map of 112×112. */
const EXCESSIVE_POSITIONS = 112 * 112;

/** The layers to read, and those that the depth would have met but for their many positions. */
export interface ChosenLayers {
  layers: Layer[];
  passedOver: Layer[];
}

/**
 * The layers to read: those named, or by depth. A map of class scores, as fully convolutional classifiers and networks of
 * segmentation and detection end in, is an answer rather than a representation and is not taken unasked. By depth, layers
 * of at most 1,024 positions are taken; where there is none, those with the fewest.
 *
 * @throws UsageError for a layer that is not there or is neither map, tokens nor vector, or if none is named and no layer has
 *   positions, or unasked only such with 12,544 and more.
 */
export function chooseLayers(
  layers: readonly Layer[],
  asked: readonly string[] | undefined,
  { depth, logits, file }: { depth: number; logits: Layer | null; file: string },
): ChosenLayers {
  if (asked) return { layers: asked.map((name) => namedLayer(layers, name, file)), passedOver: [] };
  const candidates = readableLayers(layers, logits);
  const byDepth = (some: readonly Layer[]): Layer[] =>
    depth === 1 ? [lastSpatialLayer(some)] : layersByDepth(some, depth);
  const met = byDepth(candidates);
  const spatial = candidates.filter(hasPositions);
  const fewest = Math.min(...spatial.map(matchedPositions));
  if (fewest >= EXCESSIVE_POSITIONS)
    throw new UsageError(
      `${file}: its layers have ${fewest.toLocaleString('en')} positions and more, too many to be matched unasked.`,
      { hint: 'Name one with --layers ("--layers list" shows them), or make the images smaller with --size.' },
    );
  const limit = Math.max(PREFERRED_POSITIONS, fewest);
  const within = candidates.filter((layer) => !hasPositions(layer) || matchedPositions(layer) <= limit);
  return { layers: byDepth(within), passedOver: met.filter((layer) => matchedPositions(layer) > limit) };
}

function namedLayer(layers: readonly Layer[], name: string, file: string): Layer {
  const found = findLayer(layers, name, file);
  if (found.kind !== 'other') return found;
  throw new UsageError(
    `${file}: layer "${name}" has shape ${found.shape.join('×')}, which is no representation of an image.`,
    { hint: 'Take a layer of shape 1×C×H×W, 1×T×D or 1×D; "--layers list" shows them.' },
  );
}

function hasPositions({ kind }: Layer): boolean {
  return kind === 'map' || kind === 'tokens';
}

/** Positions without the tokens before the patches. */
function matchedPositions({ positions, leadingTokens }: Layer): number {
  return positions - (leadingTokens ?? 0);
}

/** What is said of layers of many positions that are about to be matched exactly, or by the default in windows. */
export function manyPositionsNotes(
  layers: readonly { layer: string; positions: number }[],
  { method, batchSize }: { method: MethodChoice; batchSize: number },
): string[] {
  return layers
    .filter(({ positions }) => positions > PREFERRED_POSITIONS)
    .map(({ layer, positions }) =>
      settledMethod(method, positions) === 'batch-optimal'
        ? `${layer} has ${positions.toLocaleString('en')} positions, more than ${EXACT_POSITIONS.toLocaleString('en')}: matched by batch-optimal in windows of ${batchSize.toLocaleString('en')}, an approximation; --method optimal is exact, --method prototypes tells how far it may be off.`
        : `${layer} has ${positions.toLocaleString('en')} positions, which exact matching takes long for: --method prototypes is faster, needs less memory, and tells how far it may be off.`,
    );
}

/** What the report says of layers that were passed over. */
export function passedOverNotes(passedOver: readonly Layer[]): string[] {
  return passedOver.map(
    (layer) =>
      `Passed over ${layer.name}: ${matchedPositions(layer).toLocaleString('en')} positions, more than ${PREFERRED_POSITIONS.toLocaleString('en')}; name it with --layers to match it, --method prototypes being the way for many positions.`,
  );
}

/** What is known of a layer before it is run. */
export function planLayer(
  { name, kind, positions, channels, extent, leadingTokens, layout }: PlannableLayer,
  cls: 'keep' | 'drop',
): PlannedLayer {
  const shared = { name, positions, channels };
  if (kind === 'map')
    return { ...shared, kind, layout: layout === 'nhwc' ? 'nhwc' : 'nchw', extent, droppedTokens: 0, leadingTokens: 0 };
  if (kind === 'vector') return { ...shared, kind, layout: 'nd', extent: null, droppedTokens: 0, leadingTokens: 0 };
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

/**
 * Features of a layer as images × positions × channels; one vector an image is one position.
 *
 * @param patchesOnly Leave out the tokens that the plan drops.
 */
export function layerMaps(
  tensor: Tensor,
  { name: layer, layout, channels, droppedTokens, extent }: PlannedLayer,
  { names, patchesOnly = false }: { names?: readonly string[]; patchesOnly?: boolean } = {},
): FeatureMaps {
  const given = { layer, ...(names && { names }) };
  if (layout === 'nd') {
    const { data } = tensor;
    return featureMaps({ shape: [data.length / channels, 1, channels], data }, { ...given, layout: 'ntd' });
  }
  if (layout !== 'ntd' || !patchesOnly) return featureMaps(tensor, { ...given, layout });
  return featureMaps(tensor, { ...given, layout, dropTokens: droppedTokens, ...(extent && { extent }) });
}
