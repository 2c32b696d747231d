import { readSafetensors } from '../formats/safetensors/read-safetensors.ts';
import type { ModelFormat } from './model-file.ts';

/** safetensors, alone or in shards (shard-index.ts). Weights of Flax are told by their names, those of Paddle by biases. */
export const safetensorsFormat: ModelFormat = {
  name: 'safetensors',
  title: 'safetensors',
  extensions: ['.safetensors'],
  hub: {
    rank: 0,
    names: [/^model\.safetensors$/, /^model\.safetensors\.index\.json$/, /^[^/]+\.safetensors$/],
  },
  head: { classAxis: 'first' },
  match: looksLikeSafetensors,
  open: async (source) => ({ format: 'safetensors', name: source.name, ...(await readSafetensors(source)) }),
};

/** A header length followed by "{"; the length itself is checked when opening, so that a lie gets its own message. */
function looksLikeSafetensors(head: Uint8Array): boolean {
  return head.length > 8 && head[8] === 0x7b;
}
