import type { PatchRecord } from '../../../activations/features-file/features-file.ts';
import { defaultPreprocessing, type Preprocessing } from '../../../activations/images/preprocess.ts';
import { pictureSize } from '../../../activations/model/settle-preprocessing.ts';
import { FormatError, IncomparableError, UnsupportedError, UsageError } from '../../../base/errors.ts';
import { patchGrid } from '../../../measures/concepts/report/patches.ts';
import type { RgbImage } from '../../../tensor/rgb-image.ts';
import type { ConceptImageInput, ConceptsPlatform } from '../options.ts';
import type { ActivationFile } from './activation-file.ts';
import { imageShelf } from './image-shelf.ts';
import type { SamplerEntry } from './sampler-entry.ts';

/** The side of pictures that is assumed where neither the file nor the preprocessing tells it. */
const USUAL_SIDE = 224;

/** The pictures that rows of a file are of. */
export interface FilePictures {
  /** The picture given for each image of the file; undefined where none is. */
  of: readonly (ConceptImageInput | undefined)[];
  sampler: SamplerEntry;
  /** The square crop of an image of the file; null where there is no picture or it cannot be decoded. */
  crop(index: number): Promise<RgbImage | null>;
  notes: string[];
}

/** What is said of pictures and patches beside the file. */
export interface PictureHints {
  preprocessing?: Partial<Preprocessing>;
  patchSize: number | null;
  patchStride: number | null;
  pictureMemory: number;
}

/**
 * Finds the pictures that the rows of a file are of, by the ids that both have (the SHA-256 of the picture's file), and where
 * the rows lie in them.
 *
 * @param file For messages.
 * @throws IncomparableError where no picture is of an image of the file; UnsupportedError where the patches cannot be told;
 * UsageError where the options contradict the file.
 */
export function filePictures(
  file: string,
  { images: listed, perImage, patches }: Pick<ActivationFile, 'images' | 'perImage' | 'patches'>,
  images: readonly ConceptImageInput[],
  ids: readonly (string | null)[],
  hints: PictureHints,
  platform: ConceptsPlatform,
): FilePictures {
  const places = new Map(ids.flatMap((id, i) => (id === null ? [] : [[id, i] as const])));
  const found = listed.map(({ id }) => places.get(id));
  const known = found.filter((place) => place !== undefined).length;
  if (known === 0)
    throw new IncomparableError(
      `None of the ${images.length} pictures given is one of the ${listed.length} images of ${file}; the first has the id ${listed[0]!.id}.`,
      {
        hint: 'Ids of a file are found again where they are content_id(path) of the Python package, with #number for patches.',
      },
    );
  const notes: string[] = [];
  if (known < listed.length)
    notes.push(`${listed.length - known} of ${listed.length} images of the files have no picture among those given.`);
  const spare = images.length - known;
  if (spare > 0) notes.push(`${spare} of ${images.length} pictures given are not in the files, or twice.`);
  const sampler = samplerOf(file, perImage, patches, hints, notes);
  const usual = defaultPreprocessing(sampler.side!);
  const { resize, interpolation, crop, cropRounding } = { ...usual, ...hints.preprocessing };
  if (!hints.preprocessing)
    notes.push(
      `Assumed: pictures were cut as is usual for ${sampler.side} pixels (${resize && 'shorterSide' in resize ? `shorter side to ${resize.shorterSide}, the middle` : 'resized whole'}); say it with --resize and --crop.`,
    );
  const shelf = imageShelf(
    images,
    sampler.side!,
    { resize, interpolation, crop, cropRounding },
    platform.decode,
    hints.pictureMemory,
  );
  return {
    of: found.map((place) => (place === undefined ? undefined : images[place])),
    sampler,
    notes,
    async crop(index) {
      const place = found[index];
      if (place === undefined) return null;
      try {
        return await shelf.crop(place);
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        notes.push(`No picture of ${images[place]!.name} is shown: ${error.message}`);
        return null;
      }
    },
  };
}

/** How the rows of an image lie in its square crop: as the file says, as the caller says, or as patches usually do. */
function samplerOf(
  file: string,
  perImage: number,
  record: PatchRecord | null,
  { preprocessing, patchSize, patchStride }: PictureHints,
  notes: string[],
): SamplerEntry {
  const side = record?.side ?? (preprocessing && pictureSize(preprocessing)?.height) ?? USUAL_SIDE;
  if (perImage === 1 && !record) return { kind: 'image', side, size: side, stride: side, perImage, origins: [[0, 0]] };
  if (record && ((patchSize ?? record.size) !== record.size || (patchStride ?? record.stride) !== record.stride))
    throw new UsageError(
      `${file} holds patches of ${record.size} pixels, ${record.stride} apart; --patch and --stride say otherwise.`,
      { hint: 'Leave them out.' },
    );
  const size = record?.size ?? patchSize ?? undefined;
  const stride = record?.stride ?? patchStride ?? undefined;
  const grid = patchGrid(side, { ...(size !== undefined && { size }), ...(stride !== undefined && { stride }) });
  if (grid.origins.length !== perImage)
    throw new UnsupportedError(
      `${file} has ${perImage} rows an image; patches of ${grid.size} pixels, ${grid.stride} apart, of pictures of ${side} are ${grid.origins.length}.`,
      {
        hint: 'Say how they lie with --patch, --stride and --size, or write the file with FeatureWriter(…, patches=patch_geometry(…)).',
      },
    );
  if (!record && size === undefined)
    notes.push(
      `Assumed: rows are patches of ${grid.size} pixels, ${grid.stride} apart, of pictures of ${side}, since there are ${perImage} of them.`,
    );
  return { kind: 'patch', side, size: grid.size, stride: grid.stride, perImage, origins: grid.origins };
}
