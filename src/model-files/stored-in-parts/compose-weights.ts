import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { checkLimit } from '../../base/bytes/read-range.ts';
import { parseJson } from '../../formats/json/parse-json.ts';
import { LIMITS } from '../../formats/limits.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import type { ModelFile } from '../model-file.ts';
import { type LoraConfig, lora, savedModules } from './lora.ts';
import { pruningMask } from './pruning-mask.ts';
import { bitsAndBytes4, bitsAndBytes8, packedGroups } from './quantised-weights.ts';
import { parametrisedSpectralNorm, spectralNorm } from './spectral-norm.ts';
import { unknownParametrisation } from './unknown-parametrisation.ts';
import { parametrisedWeightNorm, weightNorm } from './weight-norm.ts';
import type { ComposedWeight, StorageInParts } from './weight-part.ts';

const KINDS: readonly StorageInParts[] = [
  weightNorm,
  parametrisedWeightNorm,
  spectralNorm,
  parametrisedSpectralNorm,
  unknownParametrisation,
  pruningMask,
  savedModules,
  bitsAndBytes4,
  bitsAndBytes8,
  packedGroups,
];

const LORA_MARK = /\.lora_A(?:\.[^.]+)?\.weight$/;

/**
 * The file with each weight that is stored in parts (weight and spectral norm, pruning masks, LoRA, packed integers) as
 * the one tensor that the layer computes with, in place of the parts: a direction without its length is no weight.
 * Nothing is read but adapter_config.json, where there are LoRA updates.
 */
export async function composeWeights(file: ModelFile, source: ByteSource): Promise<ModelFile> {
  const names = [...file.tensors.keys()];
  const kinds = names.some((name) => LORA_MARK.test(name)) ? [...KINDS, lora(await loraConfig(source))] : KINDS;
  const composed: ComposedWeight[] = [];
  const find = (name: string) => file.tensors.get(name);
  for (const entry of file.tensors.values())
    for (const kind of kinds) {
      const match = kind.mark.exec(entry.name);
      const weight = match && kind.compose(entry, match[1] ?? '', find, file.name);
      if (weight) composed.push(weight);
    }
  return composed.length === 0 ? file : { ...file, tensors: replaced(file.tensors, composed) };
}

/** Each whole stands where the first of its parts stood. */
function replaced(
  tensors: ReadonlyMap<string, TensorEntry>,
  composed: readonly ComposedWeight[],
): Map<string, TensorEntry> {
  const wholes = new Map(composed.flatMap((weight) => weight.parts.map((part) => [part, weight] as const)));
  const out = new Map<string, TensorEntry>();
  for (const [name, entry] of tensors) {
    const whole = wholes.get(name);
    if (!whole) {
      if (!out.has(name)) out.set(name, entry);
    } else if (!out.has(whole.entry.name)) out.set(whole.entry.name, whole.entry);
  }
  return out;
}

async function loraConfig(source: ByteSource): Promise<LoraConfig | undefined> {
  const sibling = await source.sibling('adapter_config.json');
  if (!sibling) return undefined;
  checkLimit(sibling.name, 'its size', sibling.byteLength, LIMITS.headerBytes);
  const config = parseJson(await sibling.read(0, sibling.byteLength), `adapter_config.json beside ${source.name}`);
  const { lora_alpha: alpha, use_rslora: bySquareRoot } = config;
  return typeof alpha === 'number' && Number.isFinite(alpha)
    ? { alpha, bySquareRoot: bySquareRoot === true }
    : undefined;
}
