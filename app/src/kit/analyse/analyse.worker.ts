import { analyseClasses } from '#src/analyses/classes/analyse-classes.ts';
import type { LabelsRequest } from '#src/analyses/classes/row-classes.ts';
import type { WorkPlan } from '#src/analyses/common/work-plan.ts';
import { analyseConcepts } from '#src/analyses/concepts/analyse-concepts.ts';
import { analyseRepresentations } from '#src/analyses/representations/analyse-representations.ts';
import { analyseTraining } from '#src/analyses/training/analyse-training.ts';
import { UsageError } from '#src/base/errors.ts';
import type { LongTask } from '#src/base/progress.ts';
import { shellLine } from '#src/base/shell-words.ts';
import { KNOWN_FORMATS_TEXT } from '#src/model-files/known-formats.ts';
import { memoryStore } from '#src/study/store.ts';
import { shownError } from '../data/shown-error.ts';
import { loadBrowserRuntime } from './browser-runtime.ts';
import { decodePicture, encodePicture } from './decode-picture.ts';
import { type Intake, takeIn } from './intake.ts';
import type { AnalysisReply, AnalysisRequest, Taken } from './messages.ts';

const reply = (message: AnalysisReply): void => postMessage(message);

/** The library's own analyses on files of this machine; nothing leaves the page. */
addEventListener('message', async ({ data }: MessageEvent<AnalysisRequest>) => {
  try {
    const { runs, runtime, used } = data;
    const intake = await takeIn(data.drops, { runs, canRun: runtime !== undefined, used });
    const taken: Taken = {
      models: intake.models.map(({ source }) => source.name),
      runs: intake.runs.map(({ folder }) => folder.name),
      networks: intake.networks.map(({ source }) => source.name),
      features: intake.features.map(({ name }) => name),
      pictures: intake.pictures.length,
      skipped: intake.skipped,
    };
    reply({ kind: 'taken', taken });
    const files = new Map(data.study ?? []);
    await analyse(intake, data, files, { onProgress: (progress) => reply({ kind: 'progress', progress }) });
    const { unused, used: usedNow } = intake.beside;
    reply({ kind: 'done', files, taken: { ...taken, skipped: [...taken.skipped, ...unused] }, used: usedNow });
  } catch (error) {
    reply({ kind: 'failed', error: shownError(error) });
  }
});

/** All that the files can be asked, into one study. A label set that was chosen by hand is that of all. */
async function analyse(
  { models, runs, networks, features, pictures, skipped }: Intake,
  { labelSet, runtime, concepts }: AnalysisRequest,
  files: Map<string, Uint8Array>,
  task: LongTask,
): Promise<void> {
  if (models.length + runs.length + networks.length + features.length === 0)
    throw new UsageError('None of these files is a model, a training run or a file of features that Semblance knows.', {
      hint: skipped.some(({ reason }) => reason.startsWith('is a picture'))
        ? `Pictures are looked at through a network: ${runtime ? 'drop ONNX models with them.' : 'the command line runs ONNX models on them.'}`
        : `Drop ${KNOWN_FORMATS_TEXT} files, with a text file of class names if you have one, or the folder of a training run.`,
    });
  const store = memoryStore(files);
  const chosen = labelSet === undefined ? {} : { labels: { kind: 'set', id: labelSet } as const };
  if (models.length > 0) {
    const inputs = models.map((model) => ({ ...model, ...chosen }));
    const named = inputs.map(({ source, labels }) => ({ name: source.name, labels }));
    await analyseClasses(inputs, { command: commandOf('classes', named) }, store, task);
  }
  if (runs.length > 0) {
    const inputs = runs.map((run) => ({ ...run, ...chosen }));
    const named = inputs.map(({ folder, labels }) => ({ name: folder.name, labels }));
    await analyseTraining(inputs, { command: commandOf('training', named) }, store, task);
  }
  const platform = {
    ...(runtime && { runtime: () => loadBrowserRuntime(runtime) }),
    decode: decodePicture,
    thumbnail: encodePicture,
    encode: encodePicture,
    announce: (plan: WorkPlan) => reply({ kind: 'plan', plan }),
  };
  const withImages = pictures.length > 0 ? ' --images FOLDER' : '';
  const seen = [...networks.map(({ source }) => source), ...features];
  if (seen.length > 0)
    await analyseRepresentations(
      seen.map((source) => ({ source })),
      pictures,
      { command: `${commandOf('representations', seen)}${withImages}` },
      store,
      platform,
      task,
    );
  const [a, b] = networks;
  if (concepts && a && b) {
    const inputs = [
      { ...a, ...chosen },
      { ...b, ...chosen },
    ] as const;
    const named = inputs.map(({ source, labels }) => ({ name: source.name, labels }));
    await analyseConcepts(
      inputs,
      pictures,
      { command: `${commandOf('concepts', named)}${withImages}` },
      store,
      platform,
      task,
    );
  }
}

/** The command that makes the same: labels stand behind the last input where all have the same, else behind each. */
function commandOf(
  instrument: string,
  inputs: readonly { name: string; labels?: LabelsRequest | undefined }[],
): string {
  const flags = inputs.map(({ labels }) =>
    labels ? ['--labels', labels.kind === 'set' ? labels.id : labels.source] : [],
  );
  const isOne = flags.every((flag) => flag.join() === flags[0]!.join());
  const words = inputs.flatMap(({ name }, i) => (isOne ? [name] : [name, ...flags[i]!]));
  return shellLine(['semblance', instrument, ...words, ...(isOne ? flags[0]! : [])]);
}
