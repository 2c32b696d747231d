import { IncomparableError } from '../base/errors.ts';
import { matrixKind } from '../measures/class-similarity/matrix-kind.ts';
import { detectHead } from '../model-files/head/detect-head.ts';
import type { DetectHeadOptions, HeadChoice } from '../model-files/head/head-choice.ts';
import type { ModelFile } from '../model-files/model-file.ts';
import { openModel } from '../model-files/open-model.ts';
import type { Matrix32 } from '../tensor/matrix.ts';
import type { RunContext, RunEpoch } from './epoch-data.ts';
import type { EpochFiles, RunSplitName } from './list-run.ts';
import { isLoggedEpoch, LOGGED_HEAD, readLoggedSplit } from './logged-epoch.ts';
import { readSquareMatrix } from './matrix-file.ts';
import { readPredictions } from './predictions-file.ts';
import type { RunFolder } from './run-folder.ts';

const SPLITS: readonly RunSplitName[] = ['test', 'train'];

/**
 * Reads one epoch: its head, predictions, templates, confusion and similarity matrices, whatever is there.
 * @throws IncomparableError when the class count is not the run's; FormatError and others of the readers, each naming
 *   its file. A file that is still being written fails too and may be read later.
 */
export async function readRunEpoch(folder: RunFolder, files: EpochFiles, context: RunContext = {}): Promise<RunEpoch> {
  const out: RunEpoch = { epoch: files.epoch, classes: 0 };
  const expect = (file: string, what: string, classes: number): void => {
    const wanted = context.classes ?? (out.classes || classes);
    if (classes !== wanted)
      throw new IncomparableError(`${file}: ${what} has ${classes} classes, but the run has ${wanted}.`);
    out.classes = classes;
  };
  if (files.checkpoint !== undefined) {
    const file = await openModel(await folder.open(files.checkpoint));
    const found = describeHead(file, context);
    expect(file.name, `the head ${found.tensor}`, found.classes);
    const head = await found.readTemplates();
    const matrix = { rows: head.rows, cols: head.cols, data: head.data };
    // A named tensor is a head; one that was found may be a similarity matrix.
    if (context.head === undefined && matrixKind(matrix) === 'similarity') {
      out.similarity = { ncsm: matrix };
      out.headTensor = `${found.tensor}, a similarity matrix`;
    } else {
      out.head = matrix;
      out.headTensor = found.tensor;
      out.headRows = found.rows;
    }
    if (isLoggedEpoch(file))
      for (const split of SPLITS) {
        const read = await readLoggedSplit(file, split, out.classes);
        if (read) out[split] = read;
      }
  }
  if (files.similarity !== undefined) {
    const ncsm = await readSquareMatrix(await folder.open(files.similarity));
    expect(files.similarity, 'the matrix', ncsm.rows);
    out.similarity = { ncsm };
  }
  for (const split of SPLITS) {
    const confusion = files.confusion?.[split];
    if (confusion !== undefined) {
      const counts = await readSquareMatrix(await folder.open(confusion));
      expect(confusion, 'the confusion matrix', counts.rows);
      out[split] = { ...out[split], counts };
    }
    const predictions = files.predictions?.[split];
    if (predictions !== undefined) {
      const read = await readPredictions(await folder.open(predictions), context.labels);
      out.classes ||= context.classes ?? context.labels?.length ?? largest(read.target, read.prediction) + 1;
      requireClasses(predictions, read, out.classes);
      out[split] = { ...out[split], ...read };
    }
  }
  return out;
}

/**
 * The class count of one epoch from descriptions alone, nothing read; undefined when only predictions tell it. Errors
 * are those of `readRunEpoch`.
 */
export async function countEpochClasses(
  folder: RunFolder,
  files: EpochFiles,
  context: RunContext = {},
): Promise<number | undefined> {
  if (files.checkpoint !== undefined)
    return describeHead(await openModel(await folder.open(files.checkpoint)), context).classes;
  const matrix = files.similarity ?? files.confusion?.test ?? files.confusion?.train;
  return matrix === undefined ? undefined : (await readSquareMatrix(await folder.open(matrix))).rows;
}

/** The epoch that a checkpoint carries inside, as a number or text; undefined when it has none. */
export function epochInside(file: ModelFile): number | undefined {
  const value = Number(file.metadata.epoch ?? Number.NaN);
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** The head, with the rows that stand for "none of the classes" left out. */
function describeHead(file: ModelFile, { classes, head, weights }: RunContext) {
  const logged = isLoggedEpoch(file);
  // A logged head says what it is: it is taken whatever the class count, so that a wrong count gets its own message.
  const options: DetectHeadOptions = logged
    ? { head: LOGGED_HEAD }
    : { ...(head === undefined ? {} : { head }), ...(weights === undefined ? {} : { weights }) };
  const choice = logged || classes === undefined ? detectHead(file, options) : detectFor(file, options, classes);
  const background = logged ? undefined : choice.backgroundRow;
  const rows = Array.from({ length: choice.classes }, (_, row) => row).filter((row) => row !== background);
  return {
    tensor: choice.tensor,
    rows: { count: choice.classes, classes: Int32Array.from(rows) },
    classes: choice.classes - (background === undefined ? 0 : 1),
    readTemplates: async (): Promise<Matrix32> => {
      const all = await choice.readTemplates();
      if (background === undefined) return all;
      const { cols } = all;
      const data = new Float32Array((all.rows - 1) * cols);
      data.set(all.data.subarray(0, background * cols));
      data.set(all.data.subarray((background + 1) * cols), background * cols);
      return { rows: all.rows - 1, cols, data };
    },
  };
}

/** The head for that many classes; where there is none, the head that there is, so that the message can name it. */
function detectFor(file: ModelFile, options: DetectHeadOptions, classes: number): HeadChoice {
  try {
    return detectHead(file, { ...options, classCount: classes });
  } catch (error) {
    if (!(error instanceof IncomparableError)) throw error;
    try {
      return detectHead(file, options);
    } catch {
      throw error;
    }
  }
}

function largest(...lists: Uint32Array[]): number {
  let most = 0;
  for (const list of lists) for (let i = 0; i < list.length; i++) most = Math.max(most, list[i]!);
  return most;
}

function requireClasses(
  file: string,
  { target, prediction }: { target: Uint32Array; prediction: Uint32Array },
  classes: number,
): void {
  for (const [what, list] of [
    ['target', target],
    ['prediction', prediction],
  ] as const) {
    const beyond = list.findIndex((index) => index >= classes);
    if (beyond >= 0)
      throw new IncomparableError(
        `${file}: the ${what} of sample ${beyond} is class ${list[beyond]}, but there are ${classes} classes.`,
      );
  }
}
