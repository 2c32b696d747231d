import { join, resolve } from 'node:path';
import { analyseConcepts } from '../../../analyses/concepts/analyse-concepts.ts';
import type { ConceptModelInput, ConceptsOptions } from '../../../analyses/concepts/options.ts';
import { fileSource } from '../../../base/bytes/file-source.ts';
import { MissingRuntimeError } from '../../../base/errors.ts';
import { matchConcepts } from '../../../measures/concepts/factor/match-concepts.ts';
import { median } from '../../../statistics/quantile.ts';
import type { ConceptEntry } from '../../../study/concepts-section.ts';
import { folderStore } from '../../../study/folder-store.ts';
import type { StudyManifest } from '../../../study/manifest.ts';
import { readStudyMatrix } from '../../../study/read-study.ts';
import { memoryStore, type StudyStore } from '../../../study/store.ts';
import { conceptsPlatform } from '../../inputs/concepts-inputs.ts';
import { readImages } from '../../inputs/image-inputs.ts';
import { conceptsReport } from '../../reports/concepts-report.ts';
import type { CliIo } from '../../terminal/io.ts';
import { progressBar } from '../../terminal/progress-bar.ts';
import type { DemoTask } from './demo-task.ts';

/** Two networks that learned that a magenta square means a cat, and one to which it means nothing. */
const OWNER = 'with-square';
const OTHER = 'without-square';
const CONTROL = 'with-square-2';
const FOLDER = 'pink-square';

/** The square is on cats alone; patches as in samples/pink-square/experiment.json. */
const OPTIONS: ConceptsOptions = { classes: ['cat'], patchSize: 18, patchStride: 14 };

/**
 * The concepts instrument on the pink square, and a control that is not kept: the same concept, predicted from a network
 * that knows it. Without an ONNX runtime or a decoder of images this part of the demo is left out, as told.
 */
export async function demoConcepts({ samples, out, studyName, print }: DemoTask, io: CliIo): Promise<void> {
  const open = async (name: string): Promise<ConceptModelInput> => ({
    source: await fileSource(join(samples, FOLDER, 'networks', `${name}.onnx`)),
  });
  const images = await readImages(join(samples, FOLDER, 'images'), undefined, 0, io);
  const command = `semblance concepts samples/${FOLDER}/networks/${OWNER}.onnx samples/${FOLDER}/networks/${OTHER}.onnx --images samples/${FOLDER}/images --classes cat --patch 18 --stride 14`;
  const folder = resolve(io.cwd, out);
  const bar = progressBar(io, false);
  const task = { signal: io.signal, onProgress: bar.report };
  try {
    const store = folderStore(folder);
    const owner = await open(OWNER);
    const options = { ...OPTIONS, command, studyName };
    const { manifest } = await analyseConcepts(
      [owner, await open(OTHER)],
      images,
      options,
      store,
      conceptsPlatform(undefined),
      task,
    );
    const memory = memoryStore();
    const quick = { ...OPTIONS, randomNetwork: false, stabilitySeeds: 0, pictures: false };
    const control = await analyseConcepts(
      [owner, await open(CONTROL)],
      images,
      quick,
      memory,
      conceptsPlatform(undefined),
      task,
    );
    bar.done();
    print(`\n${await conceptsReport(manifest, store, folder, io)}`);
    print(await squareText({ manifest, store }, { manifest: control.manifest, store: memory }, io));
  } catch (error) {
    if (!(error instanceof MissingRuntimeError)) throw error;
    print(
      `\n${io.colors.yellow('left out')} the concepts instrument: ${error.message}\n         ${error.hint ?? ''}\n`,
    );
  } finally {
    bar.done();
  }
}

interface OpenStudy {
  manifest: StudyManifest;
  store: StudyStore;
}

/** The least shared concept beside the one of the control that points the same way. */
async function squareText(found: OpenStudy, control: OpenStudy, { colors }: CliIo): Promise<string> {
  const owned = ({ manifest }: OpenStudy) => manifest.instruments.concepts!.classes[0]!.models[0]!;
  const directions = ({ manifest, store }: OpenStudy) =>
    readStudyMatrix(store, manifest, owned({ manifest, store }).directions);
  const value = ({ similarity }: ConceptEntry): number => similarity.cross.pearson.value ?? Number.POSITIVE_INFINITY;
  const concepts = owned(found).concepts;
  const least = concepts.reduce((a, b) => (value(b) < value(a) ? b : a));
  const { partners } = matchConcepts(await directions(found), await directions(control));
  const same = owned(control).concepts[partners[least.index]!]!;
  const others = median(concepts.filter((concept) => concept !== least).map(value));
  const show = (number: number | null): string => (number ?? Number.NaN).toFixed(2);
  return (
    `${colors.bold('the square')}  concept ${least.index} of ${OWNER}: similarity ${show(value(least))} by ${OTHER}, ` +
    `${show(value(same))} by ${CONTROL}, which learned it too; ` +
    `ceiling ${show(least.similarity.self.pearson.value)}, median of the other concepts ${show(others)}\n`
  );
}
