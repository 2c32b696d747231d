import { composedEntry, type StorageInParts, wholeName } from './weight-part.ts';

/** `torch.nn.utils.prune`: the weight is weight_orig where weight_mask is 1, else 0. */
export const pruningMask: StorageInParts = {
  mark: /^(?:(.*)\.)?weight_mask$/,
  compose: (mask, stem, find) => {
    const original = find(`${stem === '' ? '' : `${stem}.`}weight_orig`);
    if (!original || original.shape.join() !== mask.shape.join()) return undefined;
    const how = `${original.name} where ${mask.name} keeps it`;
    const entry = composedEntry(wholeName(stem), original, how, async () => {
      const [{ shape, data }, kept] = await Promise.all([original.read(), mask.read()]);
      return { shape, data: Float32Array.from(data, (value, i) => value * kept.data[i]!) };
    });
    return { entry, parts: [original.name, mask.name] };
  },
};
