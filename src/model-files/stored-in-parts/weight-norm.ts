import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { type ComposedWeight, composedEntry, type StorageInParts, wholeName } from './weight-part.ts';

/** `torch.nn.utils.weight_norm`: w = g · v / ‖v‖, the norm taken over all axes but those along which g varies. */
export const weightNorm: StorageInParts = {
  mark: /^(?:(.*)\.)?weight_g$/,
  compose: (g, stem, find) => {
    const prefix = stem === '' ? '' : `${stem}.`;
    return normalised(wholeName(stem), g, find(`${prefix}weight_v`));
  },
};

/** The same by `torch.nn.utils.parametrizations.weight_norm`: original0 is g, original1 is v. */
export const parametrisedWeightNorm: StorageInParts = {
  mark: /^(?:(.*)\.)?parametrizations\.weight\.original0$/,
  compose: (g, stem, find) => {
    const prefix = stem === '' ? '' : `${stem}.`;
    return normalised(wholeName(stem), g, find(`${prefix}parametrizations.weight.original1`));
  },
};

function normalised(name: string, g: TensorEntry, v: TensorEntry | undefined): ComposedWeight | undefined {
  if (!v || v.shape.length < 2) return undefined;
  const axis = normAxis(g.shape, v.shape);
  if (axis === undefined) return undefined;
  const how = `weight norm of ${g.name} and ${v.name}`;
  const entry = composedEntry(name, v, how, async () => {
    const [scale, direction] = await Promise.all([g.read(), v.read()]);
    const { shape, data } = direction;
    const rows = axis === 'all' ? 1 : shape[axis]!;
    const stride = axis === 'all' ? data.length : shape.slice(axis + 1).reduce((n, d) => n * d, 1);
    const squares = new Float64Array(rows);
    const rowOf = (i: number) => Math.floor(i / stride) % rows;
    for (let i = 0; i < data.length; i++) squares[rowOf(i)]! += data[i]! ** 2;
    const out = new Float32Array(data.length);
    for (let i = 0; i < data.length; i++) {
      const row = rowOf(i);
      out[i] = (data[i]! * scale.data[row]!) / Math.sqrt(squares[row]!);
    }
    return { shape, data: out };
  });
  return { entry, parts: [g.name, v.name] };
}

/** The axis that g has one value for each index of; "all" where it is a single value. */
function normAxis(g: readonly number[], v: readonly number[]): number | 'all' | undefined {
  const count = g.reduce((n, d) => n * d, 1);
  if (count === 1) return 'all';
  const axis = g.length === v.length ? g.findIndex((d) => d !== 1) : 0;
  return v[axis] === count ? axis : undefined;
}
