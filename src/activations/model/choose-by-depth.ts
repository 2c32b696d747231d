import { UsageError } from '../../base/errors.ts';
import { formatShape } from '../../tensor/tensor.ts';
import type { Layer } from './layer.ts';

/**
 * The layers that may be read unasked: those whose axes are known and that are no answers. Where no layer with positions is
 * left of them, the answers are not left out; where none is left then, neither is what has to be asked for.
 */
export function readableLayers(layers: readonly Layer[], logits: Layer | null): Layer[] {
  const hasPositions = ({ kind }: Layer): boolean => kind === 'map' || kind === 'tokens';
  const isKnown = (layer: Layer): boolean =>
    !hasPositions(layer) || (!layer.layoutAssumed && layer.leadingTokens !== null);
  const isAnswer = ({ isScore, kind, channels }: Layer): boolean =>
    isScore || (kind === 'map' && channels === logits?.channels);
  const known = layers.filter(isKnown);
  const found = [known.filter((layer) => !isAnswer(layer)), known].find((some) => some.some(hasPositions));
  return found ?? [...layers];
}

/**
 * The layer that similarity is read from when none is named: the last with positions.
 *
 * @throws UsageError if no layer has positions.
 */
export function lastSpatialLayer(layers: readonly Layer[]): Layer {
  const last = layers.findLast(({ kind }) => kind === 'map' || kind === 'tokens');
  if (last) return last;
  const shapes = [...new Set(layers.map(({ shape }) => formatShape(shape)))].slice(0, 5).join(', ');
  throw new UsageError(`No layer of the model has positions; shapes are ${shapes}.`, {
    hint: 'Name a layer yourself.',
  });
}

/** Ends of blocks: what adds a branch, activates or normalises. */
const DEPTH_OPS = new Set([
  'Add',
  'Relu',
  'LeakyRelu',
  'Clip',
  'HardSwish',
  'Gelu',
  'Mul',
  'LayerNormalization',
  'Concat',
]);

/**
 * Layers from shallow to deep for a comparison by depth: `count` of the spatial layers that end a block, evenly spaced,
 * the last spatial layer among them.
 */
export function layersByDepth(layers: readonly Layer[], count = 8): Layer[] {
  const last = lastSpatialLayer(layers);
  // Tokens keep their width from block to block; wider ones are the inside of an MLP.
  const ends = layers.filter(
    ({ kind, op, channels }) =>
      kind === last.kind && DEPTH_OPS.has(op) && (kind === 'map' || channels === last.channels),
  );
  const candidates = [...ends.filter(({ name }) => name !== last.name), last];
  if (candidates.length <= count) return candidates;
  const step = (candidates.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, k) => candidates[Math.round(k * step)]!);
}
