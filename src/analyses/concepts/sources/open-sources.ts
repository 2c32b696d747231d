import { isFeaturesFile } from '../../../activations/features-file/features-file.ts';
import type { SkippedImage } from '../../../activations/model/extract-features.ts';
import { FormatError, UsageError } from '../../../base/errors.ts';
import { patchGrid } from '../../../measures/concepts/report/patches.ts';
import { loadWordNet } from '../../../semantics/load-wordnet.ts';
import type { RgbImage } from '../../../tensor/rgb-image.ts';
import type { PlainOptions } from '../option-table.ts';
import type { ConceptImageInput, ConceptModelInput, ConceptsPlatform } from '../options.ts';
import { type ListedImage, openActivationFile } from './activation-file.ts';
import type { ConceptSource, ConceptTask } from './concept-source.ts';
import { filePictures } from './file-pictures.ts';
import { fileSource } from './file-source.ts';
import { type ImageShelf, imageShelf, sharedGeometry } from './image-shelf.ts';
import { onnxSource, requireSameCells, type SamplerPlan } from './onnx-source.ts';
import { openOnnx } from './open-onnx.ts';
import type { SamplerEntry } from './sampler-entry.ts';

/** The models with the images that they are compared on. */
export interface OpenedSources<S extends readonly ConceptSource[] = [ConceptSource, ConceptSource]> {
  sources: S;
  sampler: SamplerEntry;
  images: readonly ConceptImageInput[];
  /** Content ids; null for an image that cannot be read. */
  ids: readonly (string | null)[];
  /** Gives the crop of an image, or null where there is no picture of it; null where there are none at all. */
  crop: ((index: number) => Promise<RgbImage | null>) | null;
  /** Whether an image without a crop cannot take part, since a model has to look at it. */
  needsPictures: boolean;
  warnings: string[];
  close(): Promise<void>;
}

/** A source for each input. */
type SourcesOf<I extends readonly ConceptModelInput[]> = { -readonly [K in keyof I]: ConceptSource };

/** Models that run, or files of activations; two at least. */
export async function openSources<const I extends readonly ConceptModelInput[]>(
  inputs: I,
  images: readonly ConceptImageInput[],
  ids: readonly (string | null)[],
  options: PlainOptions & { pictureMemory: number },
  platform: ConceptsPlatform,
): Promise<OpenedSources<SourcesOf<I>>> {
  const files = await Promise.all(inputs.map(({ source }) => isFeaturesFile(source)));
  if (files.includes(true) && files.includes(false)) {
    const [file, model] = [inputs[files.indexOf(true)]!, inputs[files.indexOf(false)]!];
    throw new UsageError(
      `${file.source.name} holds activations and ${model.source.name} is a model that runs; patches of the two could differ.`,
      { hint: 'Give ONNX models alone, or files of activations of the same patches.' },
    );
  }
  const open = files[0] ? openFiles : openModels;
  return (await open(inputs, images, ids, options, platform)) as OpenedSources<SourcesOf<I>>;
}

async function openFiles(
  inputs: readonly ConceptModelInput[],
  images: readonly ConceptImageInput[],
  ids: readonly (string | null)[],
  options: PlainOptions & { pictureMemory: number },
  platform: ConceptsPlatform,
): Promise<OpenedSources<ConceptSource[]>> {
  for (const { source, layout, tokens } of inputs)
    if (layout !== undefined || tokens !== undefined)
      throw new UsageError(
        `${source.name} holds one vector a row; ${layout === undefined ? '--tokens' : '--layout'} says nothing of it.`,
        { hint: 'Leave it out.' },
      );
  const opened = await Promise.all(inputs.map(({ source }) => openActivationFile(source)));
  const { perImage } = opened[0]!;
  const first = inputs[0]!;
  const listed = await withLabels(opened[0]!.images, first);
  const sources = await Promise.all(inputs.map((input, m) => fileSource(input, opened[m]!, listed, loadWordNet)));
  requireSameCells(inputs.map(({ source }, m) => ({ name: source.name, perImage: opened[m]!.perImage })));
  const { preprocessing } = first;
  const pictures =
    images.length > 0
      ? filePictures(
          first.source.name,
          opened[0]!,
          images,
          ids,
          { ...options, ...(preprocessing && { preprocessing }) },
          platform,
        )
      : null;
  return {
    sources,
    sampler: pictures?.sampler ?? { kind: 'given', side: null, size: null, stride: null, perImage, origins: null },
    images: listed.map((image, i) => listedInput(image, first.source.name, pictures?.of[i])),
    ids: listed.map(({ id }) => id),
    crop: pictures && ((index) => pictures.crop(index)),
    needsPictures: false,
    warnings: pictures?.notes ?? [],
    close: () => closeAll(sources),
  };
}

/** Labels are often told of whole images alone. */
async function withLabels(images: readonly ListedImage[], { wholes }: ConceptModelInput): Promise<ListedImage[]> {
  if (!wholes) return [...images];
  const known = new Map((await openActivationFile(wholes)).images.map((image) => [image.id, image]));
  return images.map((image) => ({ ...image, label: image.label ?? known.get(image.id)?.label ?? null }));
}

/** An image of a file, with what the picture given for it adds: its label where the file has none, its side and group. */
function listedInput(
  { name, label }: ListedImage,
  file: string,
  picture: ConceptImageInput | undefined,
): ConceptImageInput {
  const known = label ?? picture?.label;
  return {
    name,
    ...(known !== undefined && { label: known }),
    ...(picture?.heldOut !== undefined && { heldOut: picture.heldOut }),
    ...(picture?.conceptGroup !== undefined && { conceptGroup: picture.conceptGroup }),
    load: () => Promise.reject(new UsageError(`${file} holds activations, not pictures.`)),
  };
}

async function openModels(
  inputs: readonly ConceptModelInput[],
  images: readonly ConceptImageInput[],
  ids: readonly (string | null)[],
  options: PlainOptions & { pictureMemory: number },
  platform: ConceptsPlatform,
): Promise<OpenedSources<ConceptSource[]>> {
  if (images.length === 0)
    throw new UsageError(`${inputs[0]!.source.name}: a model needs images to look at; none were given.`, {
      hint: 'Name a folder or a list with --images, or give two files of activations.',
    });
  const opened = [];
  for (const input of inputs) opened.push(await openOnnx(input, options, platform, loadWordNet));
  const { side, geometry, note } = sharedGeometry(opened);
  const shelf = imageShelf(images, side, geometry, platform.decode, options.pictureMemory);
  const plan = samplerPlan(side, options);
  const checkOn = await firstReadable(shelf, images.length, 8);
  const sources: ConceptSource[] = [];
  for (const model of opened) sources.push(await onnxSource(model, shelf, plan, checkOn));
  let perImage = plan.grid?.origins.length ?? 1;
  let origins: [number, number][] | null = plan.grid?.origins ?? [[0, 0]];
  let size = plan.grid?.size ?? side;
  if (plan.kind === 'cell') {
    const cells = await Promise.all(
      sources.map(async (source) => ({
        name: source.name,
        perImage: (await source.activations(checkOn.slice(0, 1), [source.layers.length - 1], {}))[0]!.rows,
      })),
    );
    requireSameCells(cells);
    perImage = cells[0]!.perImage;
    const across = Math.round(Math.sqrt(perImage));
    size = Math.floor(side / across);
    origins = Array.from({ length: perImage }, (_, cell) => [
      Math.floor((Math.floor(cell / across) * side) / across),
      Math.floor(((cell % across) * side) / across),
    ]);
  }
  return {
    sources,
    sampler: { kind: plan.kind, side, size, stride: plan.grid?.stride ?? size, perImage, origins },
    images,
    ids,
    crop: (index) => shelf.crop(index),
    needsPictures: true,
    warnings: note ? [note] : [],
    close: () => closeAll(sources),
  };
}

function samplerPlan(side: number, { sampler, patchSize, patchStride }: PlainOptions): SamplerPlan {
  if (sampler !== 'patch') return { kind: sampler, grid: null };
  return {
    kind: sampler,
    grid: patchGrid(side, {
      ...(patchSize !== null && { size: patchSize }),
      ...(patchStride !== null && { stride: patchStride }),
    }),
  };
}

async function closeAll(sources: readonly ConceptSource[]): Promise<void> {
  for (const source of sources) await source.close();
}

/** The first images that can be decoded. @throws FormatError where none can. */
async function firstReadable(shelf: ImageShelf, count: number, wanted: number): Promise<number[]> {
  const found: number[] = [];
  let first: FormatError | undefined;
  for (let index = 0; index < count && found.length < wanted; index++)
    try {
      await shelf.crop(index);
      found.push(index);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      first ??= error;
    }
  if (found.length > 0) return found;
  throw new FormatError(`None of ${count} images could be decoded; the first: ${first!.message}`);
}

/** The images that can be read and are not the same bytes as an earlier one; the others with the reason. */
export async function readableImages(
  { images, ids, crop, needsPictures }: OpenedSources<readonly ConceptSource[]>,
  { signal }: ConceptTask,
): Promise<{ readable: number[]; skipped: SkippedImage[] }> {
  const readable: number[] = [];
  const skipped: SkippedImage[] = [];
  const seen = new Map<string, number>();
  for (const [index, { name }] of images.entries()) {
    signal?.throwIfAborted();
    const id = ids[index];
    const earlier = id === null || id === undefined ? undefined : seen.get(id);
    if (earlier !== undefined) {
      skipped.push({ name, reason: `${name} has the same bytes as ${images[earlier]!.name}.` });
      continue;
    }
    try {
      if (needsPictures) await crop?.(index);
      readable.push(index);
      if (id) seen.set(id, index);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      skipped.push({ name, reason: error.message });
    }
  }
  return { readable, skipped };
}
