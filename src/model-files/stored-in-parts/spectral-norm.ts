import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { type ComposedWeight, composedEntry, type StorageInParts, wholeName } from './weight-part.ts';

/**
 * `torch.nn.utils.spectral_norm` as a model in evaluation computes it: w / (uᵀ W v) with the stored u and v, W being w
 * with its first axis as rows.
 */
export const spectralNorm: StorageInParts = {
  mark: /^(?:(.*)\.)?weight_u$/,
  compose: (u, stem, find) => {
    const prefix = stem === '' ? '' : `${stem}.`;
    return divided(wholeName(stem), find(`${prefix}weight_orig`), u, find(`${prefix}weight_v`));
  },
};

/** The same by `torch.nn.utils.parametrizations.spectral_norm`. */
export const parametrisedSpectralNorm: StorageInParts = {
  mark: /^(?:(.*)\.)?parametrizations\.weight\.0\._u$/,
  compose: (u, stem, find) => {
    const prefix = `${stem === '' ? '' : `${stem}.`}parametrizations.weight.`;
    return divided(wholeName(stem), find(`${prefix}original`), u, find(`${prefix}0._v`));
  },
};

function divided(
  name: string,
  weight: TensorEntry | undefined,
  u: TensorEntry,
  v: TensorEntry | undefined,
): ComposedWeight | undefined {
  if (!weight || !v || weight.shape.length < 2) return undefined;
  const rows = weight.shape[0]!;
  const cols = weight.shape.slice(1).reduce((n, d) => n * d, 1);
  if (u.shape.join() !== String(rows) || v.shape.join() !== String(cols)) return undefined;
  const how = `spectral norm of ${weight.name}`;
  const entry = composedEntry(name, weight, how, async () => {
    const [{ shape, data }, left, right] = await Promise.all([weight.read(), u.read(), v.read()]);
    let sigma = 0;
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let col = 0; col < cols; col++) sum += data[row * cols + col]! * right.data[col]!;
      sigma += left.data[row]! * sum;
    }
    return { shape, data: Float32Array.from(data, (value) => value / sigma) };
  });
  return { entry, parts: [weight.name, u.name, v.name] };
}
