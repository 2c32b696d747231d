import { UnsupportedError } from '../../base/errors.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { composedEntry, type StorageInParts, wholeName } from './weight-part.ts';

/** What adapter_config.json says of LoRA's scale. */
export interface LoraConfig {
  readonly alpha: number;
  /** True where the scale is alpha / √rank. */
  readonly bySquareRoot: boolean;
}

/**
 * LoRA as PEFT stores it: base + scale · B · A. The scale, alpha / rank, is not among the tensors but in
 * adapter_config.json; without it the weight is known only where B is still zero, as before the first step.
 */
export function lora(config: LoraConfig | undefined): StorageInParts {
  return {
    mark: /^(.*)\.lora_A(?:\.[^.]+)?\.weight$/,
    compose: (a, stem, find, file) => {
      const b = find(a.name.replace('.lora_A', '.lora_B'));
      const base = find(`${stem}.base_layer.weight`) ?? find(`${stem}.weight`);
      if (!b || !base || base.shape.length !== 2 || a.shape.length !== 2 || b.shape.length !== 2) return undefined;
      const [rows, cols] = base.shape as [number, number];
      const rank = a.shape[0]!;
      if (a.shape[1] !== cols || b.shape[0] !== rows || b.shape[1] !== rank) return undefined;
      const how = `${base.name} with the update of LoRA${config ? ` at alpha ${config.alpha}` : ''}`;
      const entry = composedEntry(wholeName(stem), base, how, () => read(file, base, a, b, rank, config));
      return { entry, parts: [base.name, a.name, b.name] };
    },
  };
}

async function read(
  file: string,
  base: TensorEntry,
  a: TensorEntry,
  b: TensorEntry,
  rank: number,
  config: LoraConfig | undefined,
) {
  const [weight, down, up] = await Promise.all([base.read(), a.read(), b.read()]);
  const { shape } = weight;
  const [rows, cols] = shape as [number, number];
  if (up.data.every((value) => value === 0)) return weight;
  if (!config)
    throw new UnsupportedError(
      `${file}: ${base.name} is changed by LoRA (${a.name}, ${b.name}), and the scale of the change, alpha, is not in the file.`,
      { hint: 'Put adapter_config.json beside the file, or merge first: model.merge_and_unload().' },
    );
  const scale = config.alpha / (config.bySquareRoot ? Math.sqrt(rank) : rank);
  const out = new Float32Array(rows * cols);
  for (let row = 0; row < rows; row++)
    for (let col = 0; col < cols; col++) {
      let sum = 0;
      for (let k = 0; k < rank; k++) sum += up.data[row * rank + k]! * down.data[k * cols + col]!;
      out[row * cols + col] = weight.data[row * cols + col]! + scale * sum;
    }
  return { shape, data: out };
}

/** `modules_to_save` of PEFT: the layer that was trained beside the adapters, and the one that it replaces. */
export const savedModules: StorageInParts = {
  mark: /^(.*)\.modules_to_save(?:\.[^.]+)?\.weight$/,
  compose: (saved, stem, find) => {
    const original = find(`${stem}.original_module.weight`);
    const how = `saved as ${saved.name}${original ? `, in place of ${original.name}` : ''}`;
    const entry = composedEntry(wholeName(stem), saved, how, () => saved.read());
    return { entry, parts: [saved.name, ...(original ? [original.name] : [])] };
  },
};
