import { AVERAGED_NAME, OPTIMIZER_NAME } from './head/head-names.ts';
import type { ModelFile } from './model-file.ts';

/** Tensors that training does not set by its gradient: statistics of batch normalisation, buffers. */
const BUFFER =
  /(?:^|[._/])(?:running_(?:mean|var)|moving_(?:mean|variance)|num_batches_tracked|position_ids|relative_position_index|attn_mask|anchors?)(?=[._/:]|$)/i;
const WEIGHTS = /^(?:f|bf|float|bfloat)/;

/**
 * Number of weights of a model by the shapes that its file tells; nothing of them is read. Moving averages, states of
 * optimisers and statistics of normalisation are not counted, nor what a graph computes from other tensors. Null where the file does not list its weights, or stores
 * them in a way whose shapes are not theirs.
 */
export function countParameters(file: ModelFile): number | null {
  let count = 0;
  for (const { name, dtype, shape, quantised, refused, folded } of file.tensors.values()) {
    const plain = name.replaceAll('/', '.').toLowerCase();
    if (refused !== undefined) return null;
    if (folded) continue;
    if (!(WEIGHTS.test(dtype) || quantised) || shape.length === 0) continue;
    if (BUFFER.test(name) || OPTIMIZER_NAME.test(plain) || AVERAGED_NAME.test(plain)) continue;
    count += shape.reduce((product, size) => product * size, 1);
  }
  return count > 0 ? count : null;
}
