import { looksLikeNpy, openNpyArray } from '../formats/npy/read-npy.ts';
import type { ModelFormat } from './model-file.ts';

/** NumPy's `.npy`, versions 1 to 3: one array, here under the name "array". */
export const npyFormat: ModelFormat = {
  name: 'npy',
  title: 'NumPy array',
  extensions: ['.npy'],
  head: { classAxis: 'first' },
  match: looksLikeNpy,
  open: async (source) => {
    const entry = await openNpyArray(source, 'array');
    return { format: 'npy', name: source.name, tensors: new Map([['array', entry]]), metadata: {} };
  },
};
