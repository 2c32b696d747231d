import { readContract, readSamples } from '../../../activations/features-file/features-file.ts';
import { shapeLayers } from '../../../activations/features-file/layer-shapes.ts';
import { requireKnownTokens } from '../../../activations/model/token-hints.ts';
import { UnsupportedError, UsageError } from '../../../base/errors.ts';
import type { ModelFile } from '../../../model-files/model-file.ts';
import { selectRows } from '../../../tensor/matrix.ts';
import { rowReader } from '../../../tensor/read-rows.ts';
import { formatShape, type Tensor } from '../../../tensor/tensor.ts';
import type { TensorEntry } from '../../../tensor/tensor-entry.ts';
import { bestClasses, type ScoredClasses } from '../../common/labelled-pictures/best-classes.ts';
import { type Pooling, pooledRows } from '../../common/labelled-pictures/pooled-rows.ts';
import type { LabelledFeatures } from '../../common/labelled-pictures/run-labelled-pictures.ts';

/** Images whose features are read at a time. */
const IMAGES_PER_BLOCK = 64;

/** Samples of a features file as far as templates need them: a name, and the folder that says the class. */
export interface FeatureFileSamples {
  names: string[];
  folders: (string | undefined)[];
}

/**
 * Whose features a file holds, by the labels that it carries or the folders in its samples' names.
 *
 * @throws UnsupportedError for a file that does not say.
 */
export function samplesOfFeatures(file: ModelFile): FeatureFileSamples {
  const images = [...file.tensors.values()][0]?.shape[0] ?? 0;
  const samples = readSamples(file, images);
  const folders = samples?.map(({ label, name }) => label ?? (name?.includes('/') ? name.split('/')[0] : undefined));
  if (!folders?.some((folder) => folder !== undefined))
    throw new UnsupportedError(`${file.name}: does not say of which class its samples are.`, {
      hint: 'FeatureWriter of the Python package (integrations/python) writes labels beside the features, in the metadata of a .safetensors file.',
    });
  return { names: samples!.map(({ name, id }, i) => name ?? id ?? `sample ${i}`), folders };
}

/**
 * A layer of a features file, one vector a sample: the one asked for, else its last one that is not called logits; and
 * the best classes of each sample where the file has logits of as many columns as the head has rows.
 */
export async function fileFeatures(
  file: ModelFile,
  layer: string | undefined,
  scored: ScoredClasses | undefined,
  classOf: readonly (number | null)[],
  names: readonly string[],
): Promise<LabelledFeatures> {
  const entry = chooseEntry(file, layer);
  const { pooling, channelsLast, assumed } = poolingOf(file, entry);
  const rows = pooledRows(pooling, channelsLast, entry.name);
  await inBlocks(file, entry, (block, start) => rows.add(block, names.slice(start, start + block.shape[0]!)));
  const logits = file.tensors.get('logits');
  const fits = scored && logits?.shape.length === 2 && logits.shape[1] === scored.width;
  const best = fits ? bestClasses(scored, 'logits') : undefined;
  if (fits)
    await inBlocks(file, logits, ({ shape, data }, start) => best?.add(data, names.slice(start, start + shape[0]!)));
  const kept = [...names.keys()].filter((i) => classOf[i] !== null);
  const all = rows.matrix();
  const scores = best?.result();
  return {
    names: kept.map((i) => names[i]!),
    target: Uint32Array.from(kept, (i) => classOf[i]!),
    features: selectRows(all, kept),
    scores: scores
      ? {
          k: scores.k,
          classes: Uint32Array.from(
            kept.flatMap((i) => [...scores.classes.subarray(i * scores.k, (i + 1) * scores.k)]),
          ),
          output: 'logits',
        }
      : null,
    layer: entry.name,
    pooling,
    skipped: [],
    runtime: null,
    assumed,
  };
}

async function inBlocks(
  file: ModelFile,
  entry: TensorEntry,
  take: (block: Tensor, start: number) => void,
): Promise<void> {
  const images = entry.shape[0]!;
  const read = rowReader(file.name, entry);
  for (let start = 0; start < images; start += IMAGES_PER_BLOCK)
    take(await read(start, Math.min(images, start + IMAGES_PER_BLOCK)), start);
}

/** Maps are averaged; of tokens the one before the patches stands for the picture, else their mean. */
function poolingOf(
  file: ModelFile,
  entry: TensorEntry,
): { pooling: Pooling; channelsLast: boolean; assumed: string[] } {
  if (entry.shape.length === 2) return { pooling: 'none', channelsLast: false, assumed: [] };
  const layers = [...file.tensors.values()].filter(({ shape }) => shape.length === 3 || shape.length === 4);
  const { layers: found, assumed } = shapeLayers({ file, layers, ...readContract(file) }, [entry], {});
  requireKnownTokens(file.name, found);
  const { layout, leadingTokens } = found[0]!;
  return { pooling: (leadingTokens ?? 0) > 0 ? 'first' : 'mean', channelsLast: layout === 'nhwc', assumed };
}

function chooseEntry(file: ModelFile, layer: string | undefined): TensorEntry {
  const entries = [...file.tensors.values()].filter(({ shape }) => shape.length >= 2 && shape.length <= 4);
  const found =
    layer === undefined
      ? entries.findLast(({ name }) => name !== 'logits')
      : entries.find(({ name }) => name === layer);
  if (found) return found;
  const listed = [...file.tensors.values()].map(({ name, shape }) => `${name} ${formatShape(shape)}`).join(', ');
  throw new UsageError(`${file.name} has no layer ${layer === undefined ? 'of features' : `"${layer}"`}.`, {
    hint: `It has ${listed}.`,
  });
}
