import type { LabelsRequest } from '#src/analyses/classes/row-classes.ts';
import { type ByteSource, blobSource } from '#src/base/bytes/byte-source.ts';
import { detectFormat } from '#src/model-files/open-model.ts';
import { parseLabels } from '#src/semantics/label-files/parse-labels.ts';

/** What a drop of files amounts to. */
export interface SortedFiles {
  models: ByteSource[];
  /** From a text file dropped with the models: a class name or WordNet id a line. */
  labels: LabelsRequest | undefined;
  /** Neither; told to the reader, so that nothing is passed over in silence. */
  skipped: string[];
}

const TEXT = /\.txt$/i;
/** Beside a model these are read by its reader: shard indices, configurations, external weights. */
const COMPANION = /\.(json|data|bin|md)$/i;

/** Tells models from labels and companions, by their bytes where the name does not say it. */
export async function sortFiles(files: readonly File[]): Promise<SortedFiles> {
  const siblings = new Map(files.map((file) => [file.name, file]));
  const sorted: SortedFiles = { models: [], labels: undefined, skipped: [] };
  for (const file of files) {
    if (TEXT.test(file.name)) {
      sorted.labels = {
        kind: 'names',
        source: file.name,
        labels: parseLabels(new Uint8Array(await file.arrayBuffer()), file.name),
      };
      continue;
    }
    const source = blobSource(file.name, file, siblings);
    const known = file.size > 0 && (await detectFormat(source)) !== undefined;
    if (known || files.length === 1) sorted.models.push(source);
    else if (!COMPANION.test(file.name)) sorted.skipped.push(file.name);
  }
  return sorted;
}
