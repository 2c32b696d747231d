import { hasModelName } from '../model-files/model-formats.ts';
import { checkpointSeries } from './checkpoint-series.ts';
import { epochNumbers } from './epoch-number.ts';
import type { RunFile } from './run-folder.ts';

export type RunSplitName = 'test' | 'train';

/** The files of one epoch. */
export interface EpochFiles {
  epoch: number;
  /** Checkpoint or logged epoch. */
  checkpoint?: string;
  predictions?: Partial<Record<RunSplitName, string>>;
  confusion?: Partial<Record<RunSplitName, string>>;
  /** A network class similarity matrix given as such. */
  similarity?: string;
}

/** What the files of a run's folder are, told from their names. */
export interface RunListing {
  /** Ascending by epoch. */
  epochs: EpochFiles[];
  info?: string;
  metrics?: string;
  samples?: string;
  /** Checkpoints whose names carry no epoch; perhaps they carry one inside. */
  unnumbered: string[];
  /** Several series of checkpoints that count the same epochs, so that nobody can tell which is meant; else absent. */
  series?: { name: string; epochs: number }[];
  /** Everything else, with the reason. */
  skipped: { file: string; reason: string }[];
}

const PREDICTIONS = /predictions?(?![A-Za-z]).*\.(npz|csv|jsonl)$/i;
const CONFUSION = /confusion.*\.(npy|csv)$/i;
const SIMILARITY = /(similarity|ncsm).*\.(npy|csv)$/i;
const SHARD = /-\d+-of-\d+\.[A-Za-z]+$/;
/** The values of a TensorFlow checkpoint, whose name has no ending of its own. */
const DATA = /\.data-\d+-of-\d+$/;
/** Files that frameworks save beside the model, or a second copy of it. */
const COMPANION =
  /optim|scheduler|scaler|rng_state|training_args|(^|[^a-z])(?:ema|grads?|gradients?|momentum)([^a-z]|$)|discriminator/i;

/** Tells checkpoints, predictions, matrices and logs apart and sorts them by epoch. Nothing is opened. */
export function listRun(files: readonly RunFile[]): RunListing {
  const listing: RunListing = { epochs: [], unnumbered: [], skipped: [] };
  const byEpoch = new Map<number, EpochFiles>();
  const at = (epoch: number): EpochFiles => {
    const found = byEpoch.get(epoch) ?? { epoch };
    byEpoch.set(epoch, found);
    return found;
  };
  const names = files.map((file) => file.name).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const kinds = {
    checkpoints: [] as string[],
    predictions: [] as string[],
    confusion: [] as string[],
    similarity: [] as string[],
  };
  for (const name of names) {
    const base = name.slice(name.lastIndexOf('/') + 1);
    if (name === 'run.json') listing.info = name;
    else if (name === 'metrics.jsonl') listing.metrics = name;
    else if (name === 'samples.jsonl') listing.samples = name;
    else if (PREDICTIONS.test(base)) kinds.predictions.push(name);
    else if (CONFUSION.test(base)) kinds.confusion.push(name);
    else if (SIMILARITY.test(base)) kinds.similarity.push(name);
    else if (DATA.test(base)) listing.skipped.push({ file: name, reason: 'is a shard, read through its index' });
    else if (!hasModelName(base)) listing.skipped.push({ file: name, reason: 'is no checkpoint by its ending' });
    else if (SHARD.test(base)) listing.skipped.push({ file: name, reason: 'is a shard, read through its index' });
    else if (COMPANION.test(base)) listing.skipped.push({ file: name, reason: 'goes with a checkpoint' });
    else kinds.checkpoints.push(name);
  }

  const numbers = epochNumbers(kinds.checkpoints);
  const series = checkpointSeries(numbers);
  if (series.length > 1) listing.series = series.map(({ name, files }) => ({ name, epochs: files.size }));
  const taken = new Set(series[0]?.files.values());
  // The series that is taken comes first, so that the others are those passed over.
  for (const name of kinds.checkpoints.toSorted((a, b) => Number(taken.has(b)) - Number(taken.has(a)))) {
    const epoch = numbers.get(name);
    if (epoch === undefined) listing.unnumbered.push(name);
    else addCheckpoint(at(epoch), name, listing);
  }
  for (const kind of ['predictions', 'confusion'] as const)
    for (const [split, group] of bySplit(kinds[kind])) {
      const found = epochNumbers(group);
      for (const name of group) {
        const epoch = found.get(name);
        if (epoch === undefined) listing.skipped.push({ file: name, reason: 'has no epoch in its name' });
        else at(epoch)[kind] = { ...at(epoch)[kind], [split]: name };
      }
    }
  const matrices = epochNumbers(kinds.similarity);
  for (const name of kinds.similarity) {
    const epoch = matrices.get(name);
    if (epoch === undefined) listing.skipped.push({ file: name, reason: 'has no epoch in its name' });
    else at(epoch).similarity = name;
  }
  listing.epochs = [...byEpoch.values()].sort((a, b) => a.epoch - b.epoch);
  return listing;
}

/** Puts a checkpoint whose epoch was found inside into its place. */
export function addCheckpoint(files: EpochFiles, name: string, listing: RunListing): void {
  if (files.checkpoint === undefined) files.checkpoint = name;
  else
    listing.skipped.push({
      file: name,
      reason: `is of epoch ${files.epoch} too, of which ${files.checkpoint} is read`,
    });
}

/** Files of the train split say so in their names; all others are of the test split. */
function bySplit(names: readonly string[]): [RunSplitName, string[]][] {
  const isTrain = (name: string) => /(^|[^a-z])train([^a-z]|$)/i.test(name.slice(name.lastIndexOf('/') + 1));
  return [
    ['test', names.filter((name) => !isTrain(name))],
    ['train', names.filter(isTrain)],
  ];
}
