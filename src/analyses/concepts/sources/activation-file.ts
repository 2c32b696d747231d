import { type FileContract, readContract, readSamples } from '../../../activations/features-file/features-file.ts';
import type { ByteSource } from '../../../base/bytes/byte-source.ts';
import { FormatError, IncomparableError, UnsupportedError, UsageError } from '../../../base/errors.ts';
import type { ModelFile } from '../../../model-files/model-file.ts';
import { openModel } from '../../../model-files/open-model.ts';
import type { Matrix32 } from '../../../tensor/matrix.ts';
import { type RowReader, rowReader } from '../../../tensor/read-rows.ts';
import type { TensorEntry } from '../../../tensor/tensor-entry.ts';

/** An image as a file of activations describes it. */
export interface ListedImage {
  id: string;
  name: string;
  label: string | null;
}

/** A file of pooled activations: layers of N × C, perhaps N × K logits and the head. */
export interface ActivationFile extends Pick<FileContract, 'records' | 'patches'> {
  file: ModelFile;
  layers: TensorEntry[];
  logits: TensorEntry | null;
  head: { weight: TensorEntry; bias: TensorEntry | null } | null;
  /** In the order of the rows; all rows of an image lie together. */
  images: ListedImage[];
  perImage: number;
}

const HEAD = { weight: 'head.weight', bias: 'head.bias' } as const;

/**
 * Opens a file of pooled activations as FeatureWriter of integrations/python writes it; only its header is read. Ids of
 * patches are "image#number".
 *
 * @throws UnsupportedError when it holds no layer of N × C; FormatError when the rows have no ids, or those of an image do
 * not lie together, equally many of each.
 */
export async function openActivationFile(source: ByteSource): Promise<ActivationFile> {
  const file = await openModel(source);
  const { tensors } = file;
  const head = tensors.get(HEAD.weight);
  const reserved = new Set<string>([HEAD.weight, HEAD.bias, 'logits']);
  const entries = [...tensors.values()].filter(({ name }) => !reserved.has(name));
  const unpooled = entries.find(({ shape }) => shape.length > 2);
  if (unpooled)
    throw new UnsupportedError(
      `${source.name}: ${unpooled.name} has shape ${unpooled.shape.join('×')}; concepts are of one vector a row, N×C.`,
      { hint: 'Write the file with FeatureWriter(…, pool=True).' },
    );
  const layers = entries.filter(({ shape }) => shape.length === 2);
  if (layers.length === 0)
    throw new UnsupportedError(`${source.name}: holds no activations of N×C.`, {
      hint: 'Write the file with FeatureWriter of the Python package (integrations/python) and pool=True.',
    });
  const rows = layers[0]!.shape[0]!;
  const logits = tensors.get('logits') ?? null;
  for (const { name, shape } of logits ? [...layers, logits] : layers)
    if (shape[0] !== rows)
      throw new IncomparableError(`${source.name}: ${layers[0]!.name} has ${rows} rows and ${name} ${shape[0]}.`);
  const { images, perImage } = groupRows(source.name, readSamples(file, rows), rows);
  const { records, patches } = readContract(file);
  return {
    file,
    records,
    patches,
    layers,
    logits,
    head: head ? { weight: head, bias: tensors.get(HEAD.bias) ?? null } : null,
    images,
    perImage,
  };
}

function groupRows(
  file: string,
  samples: ReturnType<typeof readSamples>,
  rows: number,
): { images: ListedImage[]; perImage: number } {
  if (!samples?.every(({ id }) => id !== undefined))
    throw new FormatError(`${file}: its rows have no ids, so patches cannot be told apart or matched.`, {
      hint: 'Give ids to FeatureWriter.add: content_id of each image, or patch_ids of them.',
    });
  const images: ListedImage[] = [];
  const counts: number[] = [];
  for (const { id, name, label } of samples) {
    const image = id!.replace(/#\d+$/, '');
    if (images.at(-1)?.id === image) counts[counts.length - 1]!++;
    else {
      images.push({ id: image, name: name ?? image, label: label ?? null });
      counts.push(1);
    }
  }
  const perImage = counts[0] ?? 0;
  const other = counts.findIndex((count) => count !== perImage);
  if (other >= 0)
    throw new FormatError(
      `${file}: ${images[0]!.id} has ${perImage} rows and ${images[other]!.id} has ${counts[other]}; every image needs equally many, one after the other.`,
    );
  const twice = images.findIndex(({ id }, i) => images.findIndex((other) => other.id === id) < i);
  if (twice >= 0)
    throw new FormatError(`${file}: the rows of ${images[twice]!.id} do not lie together, or it is listed twice.`);
  if (rows !== images.length * perImage)
    throw new FormatError(`${file}: ${rows} rows are not a whole number of images.`);
  return { images, perImage };
}

/** The rows of some images of a layer, whole images in the order asked for. */
export function rowsOfImages(matrix: Matrix32, images: readonly number[], perImage: number): Matrix32 {
  const size = perImage * matrix.cols;
  const data = new Float32Array(images.length * size);
  images.forEach((image, i) => {
    data.set(matrix.data.subarray(image * size, (image + 1) * size), i * size);
  });
  return { rows: images.length * perImage, cols: matrix.cols, data };
}

/** Bytes between two images below which reading over them costs less than reading twice. */
const GAP_BYTES = 2 ** 20;

/** Rows of two-dimensional arrays of a file, as 32-bit floats. */
export interface MatrixReader {
  /** Rows `start` to `end`. */
  rows(entry: TensorEntry, start: number, end: number): Promise<Matrix32>;
  /** The rows of some images, whole images in the order asked for; only what lies near them is read. */
  images(entry: TensorEntry, images: readonly number[], perImage: number): Promise<Matrix32>;
}

/** Reads by range; arrays that cannot be are read once and kept. */
export function matrixReader(file: string): MatrixReader {
  const readers = new Map<TensorEntry, RowReader>();
  const rows = async (entry: TensorEntry, start: number, end: number): Promise<Matrix32> => {
    const read = readers.get(entry) ?? rowReader(file, entry);
    readers.set(entry, read);
    const { data } = await read(start, end);
    return {
      rows: end - start,
      cols: entry.shape[1]!,
      data: data instanceof Float32Array ? data : Float32Array.from(data),
    };
  };
  return {
    rows,
    async images(entry, images, perImage) {
      const cols = entry.shape[1]!;
      const size = perImage * cols;
      const data = new Float32Array(images.length * size);
      const order = images.map((image, place) => ({ image, place })).sort((a, b) => a.image - b.image);
      const gap = GAP_BYTES / (size * 4);
      for (let from = 0, to = 1; from < order.length; from = to++) {
        while (to < order.length && order[to]!.image - order[to - 1]!.image - 1 <= gap) to++;
        const first = order[from]!.image;
        const run = await rows(entry, first * perImage, (order[to - 1]!.image + 1) * perImage);
        for (const { image, place } of order.slice(from, to))
          data.set(run.data.subarray((image - first) * size, (image - first + 1) * size), place * size);
      }
      return { rows: images.length * perImage, cols, data };
    },
  };
}

/**
 * For each image of `wanted` its place in the file.
 *
 * @throws IncomparableError naming the first image that the file does not have.
 */
export function placesOf(file: string, listed: readonly ListedImage[], wanted: readonly ListedImage[]): Int32Array {
  const places = new Map(listed.map(({ id }, i) => [id, i]));
  return Int32Array.from(wanted, ({ id }) => {
    const place = places.get(id);
    if (place !== undefined) return place;
    throw new IncomparableError(`${file} has no activations of image ${id}.`, {
      hint: 'Write all files of the same images, with the same ids.',
    });
  });
}

/** The layer asked for. @throws UsageError when the file does not have it. */
export function chosenEntries(file: string, entries: readonly TensorEntry[], asked: readonly string[] | undefined) {
  if (!asked) return [...entries];
  return asked.map((name) => {
    const found = entries.find((entry) => entry.name === name);
    if (found) return found;
    throw new UsageError(`${file} has no layer "${name}".`, {
      hint: `It has ${entries.map((entry) => entry.name).join(', ')}.`,
    });
  });
}
