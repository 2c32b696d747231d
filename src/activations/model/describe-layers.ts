import type { ImageLayout, InputContract } from './input-contract.ts';
import type { GraphTensor, Layer } from './layer.ts';
import type { SeenShapes } from './layer-layouts.ts';
import { type GridSize, tokenGrid } from './token-grid.ts';

/** What is known of a graph after its probe. */
export interface ProbedGraph {
  shapes: SeenShapes;
  /** As operators tell them. */
  layouts: ReadonlyMap<string, ImageLayout>;
  /** Tensors that are answers. */
  scores: ReadonlySet<string>;
  input: InputContract;
}

/** The layers of a graph with what their axes are, in its order. */
export function describeLayers(tensors: readonly GraphTensor[], probed: ProbedGraph): Layer[] {
  const layers: Layer[] = [];
  // Tokens come out of a map that was made before them.
  const maps: GridSize[] = [];
  for (const tensor of tensors) {
    const shape = probed.shapes.get(tensor.name);
    if (!shape) continue;
    const layer = describeLayer(tensor, shape, probed, maps);
    if (layer.kind === 'map' && !layer.layoutAssumed) maps.push(layer.extent!);
    layers.push(layer);
  }
  return layers;
}

function describeLayer(
  tensor: GraphTensor,
  shape: readonly number[],
  { layouts, scores, input }: ProbedGraph,
  maps: readonly GridSize[],
): Layer {
  const other: Layer = {
    ...tensor,
    shape,
    kind: 'other',
    positions: 0,
    channels: 0,
    extent: null,
    leadingTokens: null,
    layout: null,
    layoutAssumed: false,
    isScore: scores.has(tensor.name),
  };
  const [batch, a, b, c] = shape as [number, number, number, number];
  if (batch !== (input.batch ?? 1)) return other;
  const one = { ...other, shape: [1, ...shape.slice(1)] };
  const vector = (channels: number): Layer => ({ ...one, kind: 'vector', positions: 1, channels });
  if (shape.length === 2) return vector(a);
  if (shape.length === 3) {
    if (!(a > 1 && b > 1)) return a * b === Math.max(a, b) ? vector(a * b) : one;
    const isPlaces = (count: number): boolean => maps.some(({ height, width }) => height * width === count);
    // The places of a map lie on the last axis: channels × positions, on the way to tokens.
    if (isPlaces(b) && !tokenGrid(a, { maps })) return one;
    const grid = tokenGrid(a, { input, maps });
    return {
      ...one,
      kind: 'tokens',
      positions: a,
      channels: b,
      layout: 'ntd',
      extent: grid && { height: grid.height, width: grid.width },
      leadingTokens: grid?.leading ?? null,
    };
  }
  if (shape.length !== 4) return one;
  const told = layouts.get(tensor.name);
  const layout = told ?? layoutByProportion([a, b, c], input);
  if (layout) {
    const [channels, height, width] = layout === 'nchw' ? [a, b, c] : [c, a, b];
    if (channels > 1 && height * width > 1)
      return {
        ...one,
        kind: 'map',
        positions: height * width,
        channels,
        layout,
        layoutAssumed: told === undefined,
        extent: { height, width },
        leadingTokens: 0,
      };
  }
  return Math.max(a, b, c) === a * b * c ? vector(a * b * c) : one;
}

/** The layout in which alone a map has the proportions of the picture and is no larger; undefined where both or none. */
function layoutByProportion([a, b, c]: [number, number, number], input: GridSize): ImageLayout | undefined {
  const fits = (height: number, width: number): boolean =>
    height <= input.height &&
    width <= input.width &&
    (Math.abs(height - (width * input.height) / input.width) < 1 ||
      Math.abs(width - (height * input.width) / input.height) < 1);
  const [first, last] = [fits(b, c), fits(a, b)];
  return first === last ? undefined : first ? 'nchw' : 'nhwc';
}
