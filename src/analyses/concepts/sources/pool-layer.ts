import { cellRows, pooledRows } from '../../../measures/concepts/data/activation-rows.ts';
import type { Matrix32 } from '../../../tensor/matrix.ts';
import type { Tensor } from '../../../tensor/tensor.ts';

/** A layer and how its output becomes rows. */
export interface PooledLayer {
  name: string;
  channels: number;
  kind: 'map' | 'tokens' | 'vector';
  /** Of tokens: the first, or the mean of all. */
  reads: 'first' | 'mean';
  channelsLast: boolean;
  /** A row a cell of the map instead of one a picture. */
  cells: boolean;
}

/** The rows that a layer's output for a batch makes. */
export function poolLayer(tensor: Tensor, layer: PooledLayer): Matrix32 {
  const data = tensor.data instanceof Float32Array ? tensor.data : Float32Array.from(tensor.data);
  const batch = tensor.shape[0]!;
  if (layer.kind === 'vector') return { rows: batch, cols: layer.channels, data };
  if (layer.kind === 'tokens') {
    if (layer.reads === 'first') return pooledRows({ shape: tensor.shape, data });
    const [tokens, channels] = [tensor.shape[1]!, tensor.shape[2]!];
    // Tokens × channels as a map with its channels last.
    return pooledRows({ shape: [batch, channels, tokens, 1], data: channelsFirst(data, batch, tokens, channels) });
  }
  let { shape } = tensor;
  let map = data;
  if (layer.channelsLast) {
    const [, height, width, channels] = shape as [number, number, number, number];
    map = channelsFirst(data, batch, height * width, channels);
    shape = [batch, channels, height, width];
  }
  return layer.cells ? cellRows({ shape, data: map }) : pooledRows({ shape, data: map });
}

function channelsFirst(data: Float32Array, batch: number, positions: number, channels: number): Float32Array {
  const out = new Float32Array(data.length);
  const size = positions * channels;
  for (let i = 0; i < batch; i++)
    for (let p = 0; p < positions; p++)
      for (let c = 0; c < channels; c++) out[i * size + c * positions + p] = data[i * size + p * channels + c]!;
  return out;
}
