import { IncomparableError } from '../../../base/errors.ts';
import type { ConceptHead } from '../../../measures/concepts/importance/heads.ts';
import { headLogits } from '../../../measures/concepts/importance/heads.ts';
import type { WordNet } from '../../../semantics/wordnet.ts';
import type { Matrix32 } from '../../../tensor/matrix.ts';
import type { TensorEntry } from '../../../tensor/tensor-entry.ts';
import { classesOfRows } from '../../classes/row-classes.ts';
import type { ConceptModelInput } from '../options.ts';
import {
  type ActivationFile,
  chosenEntries,
  type ListedImage,
  type MatrixReader,
  matrixReader,
  openActivationFile,
  placesOf,
} from './activation-file.ts';
import { multiLabelNote, settleAnswers } from './answers.ts';
import type { ActivationSource, ConceptSource, FoundHead } from './concept-source.ts';

/** Largest difference of the head's logits from those in the file, relative to the largest of them. */
const TOLERANCE = 1e-3;
const CHECKED_ROWS = 256;

/** The concept source of activations that were computed elsewhere. `images` are those of the first model, in its order. */
export async function fileSource(
  input: ConceptModelInput,
  opened: ActivationFile,
  images: readonly ListedImage[],
  loadGraph: () => Promise<WordNet>,
): Promise<ConceptSource> {
  const { source } = input;
  const entries = chosenEntries(source.name, opened.layers, input.layers);
  const places = placesOf(source.name, opened.images, images);
  const wholes = input.wholes ? await openActivationFile(input.wholes) : null;
  const wholePlaces = wholes && placesOf(input.wholes!.name, wholes.images, images);
  const scores = input.logits === null ? null : (wholes?.logits ?? opened.logits);
  const scored = wholes?.logits ? { file: wholes, places: wholePlaces! } : { file: opened, places };
  const last = entries.at(-1)!;
  const read = matrixReader(source.name);
  const head = await checkedHead(input, opened, last, read);
  const warnings: string[] = [];
  if (!wholes && opened.perImage > 1 && (scores || head.head))
    warnings.push(
      `There are no activations of whole images: classes are predicted from the mean logits of an image's ${opened.perImage} rows, and importance is measured on the rows.`,
    );
  const pooling = opened.records.get(last.name)?.pooling;
  warnings.push(
    pooling === undefined
      ? `The file does not say how positions of ${last.name} became one vector.`
      : `The file has of ${last.name} ${pooling === 'first' ? 'the token before the patches' : 'the mean of all positions'}.`,
  );
  const classes = scores
    ? await classesOfRows(source.name, { classes: scores.shape[1]! }, input.labels, undefined, loadGraph)
    : null;
  const answers =
    scores &&
    settleAnswers(await read.rows(scores, 0, Math.min(CHECKED_ROWS, scores.shape[0]!)), input.scores, undefined);
  return {
    name: input.name ?? source.name.replace(/\.[^.]+$/, ''),
    file: source.name,
    sha256: (await source.sha256()) ?? null,
    format: opened.file.format,
    runtime: null,
    preprocessing: null,
    preprocessingFrom: null,
    warnings: [...warnings, ...(classes?.notes ?? []), ...multiLabelNote(answers)],
    layers: entries.map(({ name, shape }) => ({ name, channels: shape[1]! })),
    head,
    answers,
    classes,
    async predict(wanted) {
      if (!scores) return null;
      const { file } = scored;
      return meanRows(
        await read.images(
          scores,
          wanted.map((i) => scored.places[i]!),
          file.perImage,
        ),
        file.perImage,
      );
    },
    async wholes(wanted) {
      const own = wholes?.layers.find(({ name }) => name === last.name);
      const [entry, at, perImage] = own
        ? [own, wholePlaces!, wholes!.perImage]
        : ([last, places, opened.perImage] as const);
      return {
        features: await read.images(
          entry,
          wanted.map((i) => at[i]!),
          perImage,
        ),
        perImage,
      };
    },
    ...rowsFrom(entries, places, opened.perImage, read),
    randomTwin: async () => (input.randomNetwork ? twinOf(input, entries, images, opened.perImage) : null),
  };
}

function rowsFrom(
  entries: readonly TensorEntry[],
  places: Int32Array,
  perImage: number,
  read: MatrixReader,
): ActivationSource {
  return {
    async activations(wanted, layers, { onRows }) {
      const at = wanted.map((i) => places[i]!);
      const found: Matrix32[] = [];
      for (const l of layers) found.push(await read.images(entries[l]!, at, perImage));
      onRows?.(wanted.length * perImage);
      return found;
    },
    close: async () => undefined,
  };
}

async function twinOf(
  { randomNetwork }: ConceptModelInput,
  entries: readonly TensorEntry[],
  images: readonly ListedImage[],
  perImage: number,
): Promise<ActivationSource> {
  const source = randomNetwork!;
  const opened = await openActivationFile(source);
  if (opened.perImage !== perImage)
    throw new IncomparableError(
      `${source.name} has ${opened.perImage} rows an image, the model's own file ${perImage}.`,
    );
  const own = chosenEntries(
    source.name,
    opened.layers,
    entries.map(({ name }) => name),
  );
  return rowsFrom(own, placesOf(source.name, opened.images, images), perImage, matrixReader(source.name));
}

/** The head of the file, if it makes the file's logits of the last layer. */
async function checkedHead(
  input: ConceptModelInput,
  opened: ActivationFile,
  last: TensorEntry,
  read: MatrixReader,
): Promise<FoundHead> {
  if (input.head === null) return { head: null, reason: 'left out as asked', isLeftOut: true };
  if (!opened.head) return { head: null, reason: 'the file holds no head.weight' };
  const { weight: stored } = opened.head;
  const weight = await read.rows(stored, 0, stored.shape[0]!);
  const bias = opened.head.bias ? (await opened.head.bias.read()).data : new Float64Array(weight.rows);
  if (weight.cols !== last.shape[1])
    return {
      head: null,
      reason: `head.weight takes ${weight.cols} channels and layer ${last.name} has ${last.shape[1]}`,
    };
  const head: ConceptHead = { kind: 'linear', weight, bias };
  if (!opened.logits) return { head, reason: 'head.weight of the file; without logits it could not be checked' };
  const rows = Math.min(CHECKED_ROWS, last.shape[0]!);
  const [features, logits] = [await read.rows(last, 0, rows), await read.rows(opened.logits, 0, rows)];
  const made = headLogits(head, features);
  if (made.cols !== logits.cols)
    return { head: null, reason: `head.weight has ${made.cols} rows and there are ${logits.cols} logits` };
  const difference = made.data.reduce((most, value, i) => Math.max(most, Math.abs(value - logits.data[i]!)), 0);
  const largest = logits.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
  if (difference <= TOLERANCE * largest) return { head, reason: 'head.weight of the file, which gives its logits' };
  return {
    head: null,
    reason: `head.weight on ${last.name} differs from the logits by up to ${difference.toPrecision(3)} on ${rows} rows, so the head is not linear in this layer`,
  };
}

function meanRows({ rows, cols, data }: Matrix32, perImage: number): Matrix32 {
  if (perImage === 1) return { rows, cols, data };
  const out = new Float32Array((rows / perImage) * cols);
  for (let i = 0; i < rows; i++)
    for (let c = 0; c < cols; c++) out[Math.floor(i / perImage) * cols + c]! += data[i * cols + c]! / perImage;
  return { rows: rows / perImage, cols, data: out };
}
