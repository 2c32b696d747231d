import { type Layer, lastSpatialLayer, layersByDepth, leadingTokens } from '../../../activations/layers.ts';
import { UsageError } from '../../../base/errors.ts';
import { nearestName } from '../../../base/nearest-name.ts';

/** A layer that is read, with what its features are like. */
export interface PlannedLayer {
  name: string;
  kind: 'map' | 'tokens';
  /** Of the map, or tokens with those before the patches. */
  positions: number;
  channels: number;
  extent: { height: number; width: number } | null;
  /** Tokens before the patches that are left out. */
  droppedTokens: number;
  /** Tokens before the patches that there are. */
  leadingTokens: number;
}

/**
 * The output that looks like class scores: named so, else the only vector among the outputs.
 *
 * @throws UsageError if the one asked for is not there.
 */
export function chooseLogits(layers: readonly Layer[], asked: string | null | undefined, file: string): Layer | null {
  if (asked === null) return null;
  const vectors = layers.filter(({ kind }) => kind === 'vector');
  if (asked !== undefined) {
    const found = vectors.find(({ name }) => name === asked);
    if (found) return found;
    throw new UsageError(`${file} has no layer "${asked}" with one vector for each image.`, {
      hint: suggestion(asked, vectors),
    });
  }
  const outputs = vectors.filter(({ isOutput }) => isOutput);
  return (
    outputs.find(({ name }) => /logit|prob|softmax|score|class/i.test(name)) ??
    (outputs.length === 1 ? outputs[0]! : null)
  );
}

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
      const found = layers.find((layer) => layer.name === name);
      if (!found) throw new UsageError(`${file} has no layer "${name}".`, { hint: suggestion(name, layers) });
      if (found.kind === 'map' || found.kind === 'tokens') return found;
      throw new UsageError(`${file}: layer "${name}" has shape ${found.shape.join('×')}, and no positions to match.`, {
        hint: 'Take a layer of shape 1×C×H×W or 1×T×D; "--layers list" shows them.',
      });
    });
  const candidates = layers.filter(({ kind, channels }) => kind !== 'map' || !logits || channels !== logits.channels);
  return depth === 1 ? [lastSpatialLayer(candidates)] : layersByDepth(candidates, depth);
}

function suggestion(name: string, layers: readonly { name: string }[]): string {
  const near = nearestName(
    name,
    layers.map((layer) => [layer.name, layer.name] as const),
  );
  return near === undefined ? '"--layers list" shows all layers.' : `Did you mean "${near}"?`;
}

/** What is known of a layer before it is run. */
export function planLayer(
  { name, kind, shape, positions, channels }: Pick<Layer, 'name' | 'kind' | 'shape' | 'positions' | 'channels'>,
  cls: 'keep' | 'drop',
  channelsLast: boolean,
): PlannedLayer {
  if (kind === 'map') {
    const [height, width] = channelsLast ? [shape[1]!, shape[2]!] : [shape[2]!, shape[3]!];
    return { name, kind, positions, channels, extent: { height, width }, droppedTokens: 0, leadingTokens: 0 };
  }
  const leading = leadingTokens(positions) ?? 0;
  const droppedTokens = cls === 'drop' ? leading : 0;
  const side = Math.sqrt(positions - droppedTokens);
  const extent = Number.isInteger(side) ? { height: side, width: side } : null;
  return { name, kind: 'tokens', positions, channels, extent, droppedTokens, leadingTokens: leading };
}
