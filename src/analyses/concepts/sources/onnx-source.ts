import { normaliseImage } from '../../../activations/images/preprocess.ts';
import { resizeImage } from '../../../activations/images/resize.ts';
import type { Layer } from '../../../activations/model/layer.ts';
import { tapModel } from '../../../activations/model/vision-model.ts';
import type { ModelSession } from '../../../activations/runtime/runtime.ts';
import { IncomparableError, UnsupportedError, UsageError } from '../../../base/errors.ts';
import { headLogits } from '../../../measures/concepts/importance/heads.ts';
import { cutPatches, type PatchGrid } from '../../../measures/concepts/report/patches.ts';
import type { Matrix32 } from '../../../tensor/matrix.ts';
import type { RgbImage } from '../../../tensor/rgb-image.ts';
import type { Sampler } from '../option-table.ts';
import { type Answers, multiLabelNote, probabilitiesOf, settleAnswers } from './answers.ts';
import type { ActivationSource, ConceptSource, ConceptTask, FoundHead } from './concept-source.ts';
import type { ImageShelf } from './image-shelf.ts';
import type { OpenedModel } from './open-onnx.ts';
import type { PooledLayer } from './pool-layer.ts';
import { randomNetwork } from './random-network.ts';
import { runPictures } from './run-pictures.ts';

/** Whole images that the head is checked on. */
const CHECKED_IMAGES = 8;
/** Largest difference from the model's own logits, relative to the largest of them. */
const TOLERANCE = 1e-3;

/** How pictures are cut into rows; `grid` for patches. */
export interface SamplerPlan {
  kind: Sampler;
  grid: PatchGrid | null;
}

/** The concept source of an opened ONNX model. `checkOn` are images that can be read, for the check of the head. */
export async function onnxSource(
  opened: OpenedModel,
  shelf: ImageShelf,
  plan: SamplerPlan,
  checkOn: readonly number[],
): Promise<ConceptSource> {
  const { session, logits, preprocessing, probed } = opened;
  const { source } = probed;
  const layers = opened.layers.map((layer) => pooledLayer(layer, plan.kind));
  const runner = rowRunner(opened, session, layers, shelf, plan);
  const scores: PooledLayer | null = logits && {
    ...layers.at(-1)!,
    name: logits.name,
    channels: logits.channels,
    kind: 'vector',
  };
  const whole = async (images: readonly number[], task: ConceptTask) => {
    const last = { ...layers.at(-1)!, cells: false };
    const [features, found] = await runner.run(images, scores ? [last, scores] : [last], 'image', task);
    return { features: features!, logits: found ?? null };
  };
  const checked = await whole(checkOn.slice(0, CHECKED_IMAGES), {});
  const answers = checked.logits && settleAnswers(checked.logits, opened.asked.scores, logits!.op);
  return {
    name: opened.name,
    file: source.name,
    sha256: (await source.sha256()) ?? null,
    format: 'onnx',
    runtime: session.runtime,
    preprocessing: { ...preprocessing },
    preprocessingFrom: probed.preprocessingFrom,
    warnings: [
      ...probed.assumed.map((text) => `Assumed: ${text}.`),
      ...(opened.classes?.notes ?? []),
      ...multiLabelNote(answers),
    ],
    layers: opened.layers.map(({ name, channels }) => ({ name, channels })),
    head: checkedHead(opened, layers.at(-1)!, checked, answers),
    answers,
    classes: opened.classes,
    async predict(images, task) {
      return scores && (await runner.run(images, [scores], 'image', task))[0]!;
    },
    wholes: async (images, task) => ({ features: (await whole(images, task)).features, perImage: 1 }),
    activations: runner.activations,
    async look(pictures, task) {
      const last = { ...layers.at(-1)!, cells: false };
      const [features, found] = await runner.look(pictures, scores ? [last, scores] : [last], task);
      return { features: features!, logits: found ?? null };
    },
    async randomTwin(seed) {
      const made = await randomNetwork(source, seed);
      if (!made) return null;
      const { session: twin } = await tapModel(
        { ...probed, source: made.source },
        layers.map(({ name }) => name),
      );
      const { activations } = rowRunner(opened, twin, layers, shelf, plan);
      return { activations, close: () => twin.close() };
    },
    close: () => session.close(),
  };
}

function pooledLayer(layer: Layer, sampler: Sampler): PooledLayer {
  const { name, kind, channels, layout } = layer;
  const cells = sampler === 'cell';
  if (kind !== 'map' && cells)
    throw new UsageError(
      `Layer "${name}" has no map whose cells could be taken; it has shape ${layer.shape.join('×')}.`,
      {
        hint: 'Choose a convolutional layer with --layers, or --sampler patch.',
      },
    );
  const reads = kind === 'tokens' && (layer.leadingTokens ?? 0) > 0 ? 'first' : 'mean';
  return { name, channels, kind: kind as PooledLayer['kind'], reads, channelsLast: layout === 'nhwc', cells };
}

/** The head, if it gives the logits that the model gives. */
function checkedHead(
  { asked, candidate, session }: OpenedModel,
  layer: PooledLayer,
  { features, logits }: { features: Matrix32; logits: Matrix32 | null },
  answers: Answers | null,
): FoundHead {
  const { head, reason } = candidate;
  if (asked.head === null) return { head: null, reason, isLeftOut: true };
  if (!head || !logits || !answers) return { head: null, reason };
  const own = headLogits(head, features);
  if (own.cols !== logits.cols)
    return { head: null, reason: `the head has ${own.cols} rows and the model ${logits.cols} outputs` };
  const scores = answers.areProbabilities ? probabilitiesOf(own, { ...answers, areProbabilities: false }) : own;
  let largest = 1e-12;
  let difference = 0;
  for (const [i, value] of scores.data.entries()) {
    largest = Math.max(largest, Math.abs(logits.data[i]!));
    difference = Math.max(difference, Math.abs(value - logits.data[i]!));
  }
  if (difference <= TOLERANCE * largest) return { head, reason };
  return {
    head: null,
    reason: `the head on pooled activations of ${layer.name} differs from the outputs of ${session.runtime} by up to ${difference.toPrecision(3)} on ${logits.rows} images, so it is not linear in them`,
  };
}

/** Runs rows through one session; a twin of the same architecture runs the same way. */
function rowRunner(
  { preprocessing, input, probed }: OpenedModel,
  session: ModelSession,
  layers: readonly PooledLayer[],
  shelf: ImageShelf,
  { kind, grid }: SamplerPlan,
): Pick<ActivationSource, 'activations'> & {
  run(
    images: readonly number[],
    layers: readonly PooledLayer[],
    sampler: Sampler,
    task: ConceptTask,
  ): Promise<Matrix32[]>;
  look(pictures: readonly RgbImage[], layers: readonly PooledLayer[], task: ConceptTask): Promise<Matrix32[]>;
} {
  const { height, channels } = input;
  const whole = (crop: RgbImage): Float32Array => {
    const fitted = crop.width === height ? crop : resizeImage(crop, height, height, preprocessing.interpolation);
    return normaliseImage(fitted, { ...preprocessing, layout: 'nchw' }, channels);
  };
  const patches = (crop: RgbImage): Float32Array => {
    const data = normaliseImage(crop, { ...preprocessing, layout: 'nchw' }, channels);
    return cutPatches({ channels, height: crop.height, width: crop.width, data }, grid!, height);
  };
  const run = (images: readonly number[], read: readonly PooledLayer[], sampler: Sampler, task: ConceptTask) =>
    runPictures(session, input, images, {
      perImage: sampler === 'patch' ? grid!.origins.length : 1,
      layers: read,
      planes: async (index) => (sampler === 'patch' ? patches : whole)(await shelf.crop(index)),
      ...task,
    });
  return {
    run,
    look: (pictures, read, task) =>
      runPictures(
        session,
        input,
        pictures.map((_, i) => i),
        { perImage: 1, layers: read, planes: async (i) => whole(pictures[i]!), ...task },
      ),
    async activations(images, wanted, task) {
      const chosen = wanted.map((l) => layers[l]!);
      const found = await run(images, chosen, kind, task);
      for (const [l, rows] of found.entries()) {
        if (rows.data.every(Number.isFinite)) continue;
        throw new UnsupportedError(
          `${probed.source.name}: layer "${chosen[l]!.name}" gives values that are not finite.`,
          {
            hint: 'Check the preprocessing (--mean, --std, --rescale), or choose another layer.',
          },
        );
      }
      return found;
    },
  };
}

/** @throws IncomparableError when the cells of two maps are not as many a side. */
export function requireSameCells(models: readonly { name: string; perImage: number }[]): void {
  const a = models[0]!;
  const b = models.find(({ perImage }) => perImage !== a.perImage);
  if (!b) return;
  throw new IncomparableError(
    `The map of ${a.name} has ${a.perImage} cells and that of ${b.name} ${b.perImage}; cells are compared one by one.`,
    { hint: 'Choose layers with equally large maps with --layers, or --sampler patch.' },
  );
}
