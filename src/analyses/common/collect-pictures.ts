import { DUPLICATE_THRESHOLDS, type DuplicatePair, nearDuplicates } from '../../activations/images/near-duplicates.ts';
import { type PictureFingerprint, pictureFingerprint } from '../../activations/images/picture-fingerprint.ts';
import { canonicalJson } from '../../base/canonical-json.ts';
import { FormatError } from '../../base/errors.ts';
import { settleOptions } from '../../base/option-table.ts';
import type { LongTask } from '../../base/progress.ts';
import { sha256Hex } from '../../base/sha256.ts';
import { VERSION } from '../../base/version.ts';
import { encodeJsonl } from '../../formats/jsonl/jsonl.ts';
import { createRandom } from '../../statistics/random.ts';
import type { DuplicateRow, PicturesSection, TileRow } from '../../study/pictures-section.ts';
import type { RgbImage } from '../../tensor/rgb-image.ts';
import { folderOf, matchClassFolders, type NamedClass } from './class-folders.ts';
import { PICTURE_OPTIONS, type PicturesRequest, picturesPerClass } from './picture-options.ts';
import { pictureSheets, TILES_PER_SHEET, toTile } from './picture-sheets.ts';

/** Pairs of duplicates whose pictures are kept; further ones are listed only. */
const PICTURED_PAIRS = 500;

/** The pictures of a study: files within the section, and the part of the manifest that names them. */
export interface CollectedPictures {
  files: Map<string, Uint8Array>;
  describe(locate: (path: string) => string): PicturesSection;
  /** Tile of each picture that has one, by its name. */
  tileOf: ReadonlyMap<string, number>;
}

/** What is known of the folders before a picture is read. */
export interface PicturePlan {
  key: string;
  request: PicturesRequest;
  perClass: number;
  /** The pictures that are looked at, in order, with their classes. */
  chosen: { image: PicturesRequest['images'][number]; class: number | null }[];
  matched: Pick<PicturesSection, 'withoutPictures' | 'unmatched' | 'unfiled'>;
}

/**
 * Decides which pictures stand for which class and are looked at. Beside those of classes, pictures named in `samples` are
 * taken, whatever their folder.
 */
export async function planPictures(
  request: PicturesRequest,
  classes: readonly NamedClass[],
  samples: ReadonlySet<string> = new Set(),
): Promise<PicturePlan> {
  const { images, seed = 0 } = request;
  const { most } = settleOptions(PICTURE_OPTIONS, request);
  const folders = images.map((image) => folderOf(image));
  const { classOf, unmatched } = matchClassFolders(
    [...new Set(folders.filter((folder) => folder !== undefined))],
    classes,
  );
  const of = (i: number): number | null => (folders[i] === undefined ? null : (classOf.get(folders[i]) ?? null));
  const wanted = [...images.keys()].filter((i) => of(i) !== null || samples.has(images[i]!.name));
  const part =
    wanted.length <= most
      ? wanted
      : [...createRandom(seed).permutation(wanted.length).subarray(0, most)]
          .sort((a, b) => a - b)
          .map((k) => wanted[k]!);
  const chosen = part.map((i) => ({ image: images[i]!, class: of(i) }));
  const met = new Set(wanted.map(of));
  const perClass = picturesPerClass(request, classes.length);
  return {
    key: await sha256Hex(
      canonicalJson({
        pictures: await picturesKey(request),
        classes: classes.map(({ name, synset }) => [name, synset]),
        samples: [...samples],
      }),
    ),
    request,
    perClass,
    chosen,
    matched: {
      withoutPictures: [...classes.keys()].filter((index) => !met.has(index)),
      unmatched: unmatched.map((entry) => ({
        ...entry,
        images: folders.filter((folder) => folder === entry.folder).length,
      })),
      unfiled: folders.filter((folder) => folder === undefined).length,
    },
  };
}

/** Hash of everything that is asked of pictures: which there are, as far as it is known without reading them, and options. */
export async function picturesKey({ source, images, perClass, most, seed }: PicturesRequest): Promise<string> {
  const names = images.map(({ name, label = null, stamp = null }) => [name, label, stamp]);
  const options = { source, perClass: perClass ?? null, most: most ?? null, seed: seed ?? 0 };
  return sha256Hex(canonicalJson({ version: VERSION, names, options }));
}

interface ReadPicture extends PictureFingerprint {
  name: string;
  class: number | null;
  sha256: string;
  tile: RgbImage;
}

/**
 * Reads the pictures of a plan: the first of each class and those of samples are kept small, and all of different classes
 * are compared with one another for near-duplicates.
 *
 * @throws MissingRuntimeError where nothing decodes pictures; FormatError if none can be read; the signal's reason.
 */
export async function collectPictures(
  plan: PicturePlan,
  samples: ReadonlySet<string>,
  task: LongTask = {},
): Promise<CollectedPictures> {
  const { request, chosen, perClass, matched } = plan;
  const { read, skipped } = await readPictures(plan, task);
  const filed = read.filter((picture): picture is ReadPicture & { class: number } => picture.class !== null);
  const pairs = nearDuplicates(
    filed.map((picture) => ({ ...picture, group: picture.class })),
    {},
    task,
  );
  const shown: ReadonlySet<ReadPicture> = firstOfEachClass(filed, perClass);
  const pictured = new Set<ReadPicture>(pairs.slice(0, PICTURED_PAIRS).flatMap(({ a, b }) => [filed[a]!, filed[b]!]));
  const tiles = [
    ...shown,
    ...read.filter((picture) => !shown.has(picture) && (samples.has(picture.name) || pictured.has(picture))),
  ];
  const tileOf = new Map(tiles.map(({ name }, tile) => [name, tile]));
  const { side, columns, sheets } = pictureSheets(tiles.map(({ tile }) => tile));
  const files = new Map<string, Uint8Array>();
  const sheetPath = (s: number): string => `pictures/sheet-${String(s).padStart(3, '0')}.png`;
  for (const [s, sheet] of sheets.entries()) files.set(sheetPath(s), await request.encodePng(sheet));
  files.set(
    'pictures/tiles.jsonl',
    encodeJsonl(
      tiles.map((picture): TileRow => ({ name: picture.name, class: picture.class, shown: shown.has(picture) })),
    ),
  );
  files.set('pictures/duplicates.jsonl', encodeJsonl(pairs.map((pair) => duplicateRow(pair, filed, tileOf))));
  return {
    files,
    tileOf,
    describe: (locate) => ({
      source: request.source,
      key: plan.key,
      found: request.images.length,
      examined: chosen.length,
      perClass,
      side,
      columns,
      perSheet: TILES_PER_SHEET,
      sheets: sheets.map((_, s) => locate(sheetPath(s))),
      tiles: locate('pictures/tiles.jsonl'),
      ...matched,
      skipped,
      duplicates: {
        table: locate('pictures/duplicates.jsonl'),
        pairs: pairs.length,
        identical: pairs.filter(({ kind }) => kind === 'identical').length,
        pictured: Math.min(pairs.length, PICTURED_PAIRS),
        ...DUPLICATE_THRESHOLDS,
      },
    }),
  };
}

async function readPictures({ request, chosen }: PicturePlan, task: LongTask) {
  const read: ReadPicture[] = [];
  const skipped: PicturesSection['skipped'] = [];
  for (const [i, { image, class: index }] of chosen.entries()) {
    task.signal?.throwIfAborted();
    task.onProgress?.({ task: 'reading images', done: i, total: chosen.length, unit: 'images' });
    try {
      const loaded = await image.load();
      const isBytes = loaded instanceof Uint8Array;
      const picture = isBytes ? await request.decode(loaded, image.name) : loaded;
      read.push({
        name: image.name,
        class: index,
        sha256: await sha256Hex(isBytes ? loaded : loaded.data),
        ...pictureFingerprint(picture),
        tile: toTile(picture),
      });
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      skipped.push({ name: image.name, reason: error.message });
    }
  }
  if (read.length === 0 && skipped.length > 0)
    throw new FormatError(`None of ${skipped.length} images could be read; the first: ${skipped[0]!.reason}`);
  return { read, skipped };
}

/** The first pictures of each class, class by class. */
function firstOfEachClass<T extends { class: number }>(pictures: readonly T[], count: number): Set<T> {
  const byClass = new Map<number, T[]>();
  for (const picture of pictures) {
    const known = byClass.get(picture.class);
    if (!known) byClass.set(picture.class, [picture]);
    else if (known.length < count) known.push(picture);
  }
  return new Set([...byClass].sort(([a], [b]) => a - b).flatMap(([, kept]) => kept));
}

function duplicateRow(
  { a, b, kind, difference, mirrored }: DuplicatePair,
  filed: readonly { name: string; class: number }[],
  tileOf: ReadonlyMap<string, number>,
): DuplicateRow {
  const side = (i: number): DuplicateRow['a'] => ({
    class: filed[i]!.class,
    name: filed[i]!.name,
    tile: tileOf.get(filed[i]!.name) ?? null,
  });
  return { a: side(a), b: side(b), kind, difference: Number(difference.toFixed(4)), mirrored };
}
