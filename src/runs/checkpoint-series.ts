/** Checkpoints of one name but for its numbers, such as "netG_epoch_#.pth". */
export interface CheckpointSeries {
  /** The name with # for what counts the epochs; the names of two folders tell them apart. */
  readonly name: string;
  readonly files: ReadonlyMap<number, string>;
}

/** Of two series, the one with this many times more epochs is the run, and the other some extra copies. */
const FULLER = 2;

/**
 * The series that the checkpoints of a folder form where several count the same epochs: those of a generator and a
 * discriminator, or of two seeds. One alone where there is no such choice, or where one is much fuller than the others.
 */
export function checkpointSeries(epochs: ReadonlyMap<string, number>): CheckpointSeries[] {
  const series = new Map<string, Map<number, string>>();
  for (const [file, epoch] of epochs) {
    const name = seriesName(file, epoch);
    const files = series.get(name) ?? new Map<number, string>();
    if (!files.has(epoch)) files.set(epoch, file);
    series.set(name, files);
  }
  const all = [...series].map(([name, files]) => ({ name, files }));
  all.sort((a, b) => b.files.size - a.files.size);
  const [first] = all;
  if (!first) return [];
  const rivals = all.filter(
    ({ files }) =>
      files === first.files ||
      (files.size * FULLER > first.files.size && files.size > 1 && [...files.keys()].some((n) => first.files.has(n))),
  );
  return rivals;
}

/** Formats of one checkpoint count as one: "epoch_1.pth" and "epoch_1.safetensors" beside it. */
function seriesName(file: string, epoch: number): string {
  const slash = file.lastIndexOf('/') + 1;
  const folder = file.slice(0, slash);
  const base = file.slice(slash).replace(/(?:\.[A-Za-z][A-Za-z\d]*)+$/, '');
  const counted = new RegExp(`(?<!\\d)0*${epoch}(?!\\d)`);
  // Folders that count the epochs hold one checkpoint each, under whatever names.
  if (counted.test(folder) && !counted.test(base)) return `${folder.replace(counted, '#')}`;
  // Other numbers than the epoch are accuracies and losses, except in the names of architectures ("resnet18").
  return (
    folder +
    base.replace(/(?<![A-Za-z\d])([A-Za-z]*)[\d.]*\d/g, (part, word: string) =>
      word === '' || counted.test(part) || MEASURES.test(word) ? `${word}#` : part,
    )
  );
}

const MEASURES = /^(?:acc|accuracy|val|loss|top|err|error|f|miou|map|e|ep|epoch|step|iter|lr)$/i;
