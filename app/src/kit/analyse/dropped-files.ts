import { LimitError } from '#src/base/errors.ts';

/** A file as it was dropped or chosen: with its path within what was dropped. */
export interface DroppedFile {
  /** With forward slashes: "run/epoch-1.safetensors"; the name alone where no folder was dropped. */
  path: string;
  file: File;
}

/** No folder of models, checkpoints or pictures holds more; a whole disk dropped by mistake stops here. */
export const MOST_FILES = 20_000;

/** Whether a file is a picture by its name. */
export function isPictureName(path: string): boolean {
  return /\.(jpe?g|png|webp|gif|avif|tiff?)$/i.test(path);
}

/**
 * The files of a drop, those within dropped folders too; hidden ones are passed over.
 * @throws LimitError when there are too many.
 */
export async function droppedFiles(transfer: DataTransfer): Promise<DroppedFile[]> {
  // The entries must be taken before the first await, as the list is emptied when the event ends.
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry?.() ?? []);
  if (entries.length === 0) return chosenFiles(transfer.files);
  const files: DroppedFile[] = [];
  for (const entry of entries) await collect(entry, '', files);
  return files;
}

/**
 * The files of a file dialog, with their paths where a folder was chosen.
 * @throws LimitError when there are too many.
 */
export function chosenFiles(list: Iterable<File>): DroppedFile[] {
  const files = [...list]
    .map((file) => ({ path: file.webkitRelativePath || file.name, file }))
    .filter(({ path }) => !path.split('/').some((part) => part.startsWith('.')));
  checkCount(files.length);
  return files;
}

async function collect(entry: FileSystemEntry, folder: string, files: DroppedFile[]): Promise<void> {
  if (entry.name.startsWith('.')) return;
  const path = `${folder}${entry.name}`;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    checkCount(files.push({ path, file }));
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return;
    for (const child of batch) await collect(child, `${path}/`, files);
  }
}

function checkCount(count: number): void {
  if (count > MOST_FILES)
    throw new LimitError(`More than ${MOST_FILES.toLocaleString('en')} files were dropped; none was read.`, {
      hint: 'Drop the folder of the models or of the run itself.',
    });
}
