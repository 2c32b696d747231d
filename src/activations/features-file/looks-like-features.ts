import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { SemblanceError } from '../../base/errors.ts';
import { detectFormat, openModel } from '../../model-files/open-model.ts';
import { openFeaturesFile } from './features-file.ts';
import { refuseWeights } from './not-runnable.ts';

/**
 * Whether a file of which nothing is said holds features of pictures rather than weights: its writer says so, or its
 * arrays are maps or tokens of the same number of pictures and are not called what parameters are. One array of two axes
 * may be either and is taken for weights.
 */
export async function looksLikeFeatures(source: ByteSource): Promise<boolean> {
  const format = (await detectFormat(source))?.name;
  if (format !== 'safetensors' && format !== 'npy' && format !== 'npz') return false;
  try {
    const file = await openModel(source);
    if (file.metadata.format === 'semblance-features') return true;
    if (![...file.tensors.values()].some(({ shape }) => shape.length === 3 || shape.length === 4)) return false;
    refuseWeights(source, file);
    await openFeaturesFile(source);
    return true;
  } catch (error) {
    if (error instanceof SemblanceError) return false;
    throw error;
  }
}
