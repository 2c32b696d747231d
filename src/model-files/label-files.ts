import type { ByteSource } from '../base/bytes/byte-source.ts';
import { SemblanceError } from '../base/errors.ts';
import { openZip, type ZipEntry } from '../formats/zip/open-zip.ts';
import { parseLabels } from '../semantics/label-files/parse-labels.ts';
import type { FoundClassNames } from './class-names.ts';
import type { ModelFile } from './model-file.ts';

/** How people call the list of classes that they put beside a model, the surest name first. */
const USUAL_NAMES: readonly string[] = [
  'labels.txt',
  'labels.json',
  'classes.txt',
  'classes.json',
  'class_names.txt',
  'class_names.json',
  'class_indices.json',
  'class_to_idx.json',
  'label_map.pbtxt',
  'labelmap.pbtxt',
  'label_map.txt',
  'labelmap.txt',
  'imagenet_classes.txt',
  'imagenet_class_index.json',
  'ImageNetLabels.txt',
  'synset.txt',
  'synset_words.txt',
  'coco.names',
  'classes.names',
  'data.yaml',
];

/** The same for one model among others: what stands behind its name without the ending. */
const USUAL_ENDINGS: readonly string[] = ['_labels.txt', '.labels.txt', '-labels.txt', '.names', '.txt'];

/** A list of a million classes takes less. */
const MAX_BYTES = 2 ** 26;

/** What was found in the usual places. */
export interface LabelFileSearch {
  /** The first list that fits. */
  found: FoundClassNames | undefined;
  /** Lists that do not fit or cannot be read, and those that were passed over for the one taken, in whole sentences. */
  notes: string[];
}

/**
 * Class names within a model (files that TFLite's metadata writer appends as a zip archive) or beside it under a usual
 * name, `data.yaml` and `class_indices.json` among them. A list is taken where it has as many names as `fits` allows; what
 * else is there is told of.
 */
export async function findLabelFile(
  source: ByteSource,
  file: ModelFile,
  fits: (names: number) => boolean,
): Promise<LabelFileSearch> {
  const search: LabelFileSearch = { found: undefined, notes: [] };
  const passed: string[] = [];
  const look = async (name: string, read: () => Promise<ByteSource | undefined>): Promise<void> => {
    try {
      const list = await read();
      if (!list) return;
      if (search.found) passed.push(name);
      else if (list.byteLength > MAX_BYTES)
        search.notes.push(`${name} has ${list.byteLength} bytes, too many for labels.`);
      else {
        const names = parseLabels((await list.read(0, list.byteLength)).slice(), list.name);
        if (fits(names.length)) search.found = { names, from: name };
        else search.notes.push(`${name} has ${names.length} names, which do not fit the rows of the head: not used.`);
      }
    } catch (error) {
      // It may be the list of another model, or none at all: nobody named it.
      if (!(error instanceof SemblanceError)) throw error;
      search.notes.push(`${name} is not used as labels: ${error.message}`);
    }
  };
  if (file.format === 'tflite')
    for (const [name, open] of await appended(source)) await look(`${source.name}/${name}`, open);
  // Over HTTP each name would cost a request.
  if (source.siblingsCost) return search;
  const stem = source.name.replace(/\.[^.]+$/, '');
  const beside = [...USUAL_ENDINGS.map((ending) => stem + ending), ...USUAL_NAMES].filter(
    (name) => name !== source.name,
  );
  for (const name of new Set(beside)) await look(name, () => source.sibling(name));
  if (search.found) {
    const others = passed.length > 0 ? `; ${passed.join(', ')} would do as well` : '';
    search.notes.unshift(`Class names are taken from ${search.found.from}${others}. Others are given with --labels.`);
  }
  return search;
}

/** The text files in the archive at the end of a TFLite model; those with "label" in their name first. */
async function appended(source: ByteSource): Promise<[string, () => Promise<ByteSource>][]> {
  const tail = await source.read(Math.max(0, source.byteLength - 22), source.byteLength);
  const hasArchive = tail.length === 22 && tail[0] === 0x50 && tail[1] === 0x4b && tail[2] === 5 && tail[3] === 6;
  if (!hasArchive) return [];
  const archive = await openZip(source);
  const isLabels = ({ name }: ZipEntry): number => (/label|class/i.test(name) ? 0 : 1);
  return [...archive.entries.values()]
    .filter(({ name, size }) => /\.(txt|csv|json|pbtxt)$/i.test(name) && size <= MAX_BYTES)
    .sort((a, b) => isLabels(a) - isLabels(b))
    .map((entry) => [entry.name, () => archive.open(entry)]);
}
