import { UnsupportedError } from '../../base/errors.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { type ComposedWeight, type FindPart, refusedEntry, type StorageInParts, wholeName } from './weight-part.ts';

/** bitsandbytes, 4 bits: packed bytes with scales (absmax) and a table of the sixteen values. */
export const bitsAndBytes4: StorageInParts = {
  mark: /^(?:(.*)\.)?weight\.quant_map$/,
  compose: (_, stem, find, file) => {
    const name = wholeName(stem);
    const packed = find(name);
    if (!packed) return undefined;
    const state = ['nf4', 'fp4'].map((kind) => `${name}.quant_state.bitsandbytes__${kind}`);
    const values = packed.shape.reduce((n, d) => n * d, 1) * 2;
    const rows = biasLength(stem, find) ?? 1;
    return refused(file, name, [rows, Math.floor(values / rows)], 'quantised by bitsandbytes to 4 bits', [
      ...[name, `${name}.absmax`, `${name}.quant_map`, `${name}.nested_absmax`, `${name}.nested_quant_map`, ...state],
    ]);
  },
};

/** bitsandbytes, 8 bits: bytes with one scale a row (SCB). */
export const bitsAndBytes8: StorageInParts = {
  mark: /^(?:(.*)\.)?SCB$/,
  compose: (scales, stem, find, file) => {
    const name = wholeName(stem);
    const packed = find(name);
    if (!packed) return undefined;
    const format = stem === '' ? 'weight_format' : `${stem}.weight_format`;
    return refused(file, name, packed.shape, 'quantised by bitsandbytes to 8 bits', [name, scales.name, format]);
  },
};

/** GPTQ (with g_idx) and AWQ: whole numbers of a few bits packed into 32, with scales and zero points a group. */
export const packedGroups: StorageInParts = {
  mark: /^(?:(.*)\.)?qweight$/,
  compose: (packed, stem, find, file) => {
    const part = (name: string) => (stem === '' ? name : `${stem}.${name}`);
    const scales = find(part('scales'));
    if (scales?.shape.length !== 2 || packed.shape.length !== 2) return undefined;
    const rows = scales.shape[1]!;
    const kind = find(part('g_idx')) || packed.shape[1] === rows ? 'GPTQ' : 'AWQ';
    const features = kind === 'GPTQ' ? packed.shape[0]! * 8 : packed.shape[0]!;
    const parts = ['qweight', 'qzeros', 'scales', 'g_idx'].map(part);
    return refused(file, wholeName(stem), [rows, features], `quantised by ${kind}`, parts);
  },
};

function biasLength(stem: string, find: FindPart): number | undefined {
  return find(stem === '' ? 'bias' : `${stem}.bias`)?.shape[0];
}

function refused(
  file: string,
  name: string,
  shape: readonly number[],
  how: string,
  parts: readonly string[],
): ComposedWeight {
  const entry: TensorEntry = refusedEntry(name, shape, how, () => {
    throw new UnsupportedError(`${file}: ${name} is ${how}, which is not read.`, {
      hint: 'Load the model, convert its weights to float32, and save it again.',
    });
  });
  return { entry, parts };
}
