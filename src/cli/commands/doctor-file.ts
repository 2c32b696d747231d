import { SemblanceError } from '../../base/errors.ts';
import { withOneLineTexts } from '../../base/one-line.ts';
import { shellLine } from '../../base/shell-words.ts';
import { findClassNames } from '../../model-files/class-names.ts';
import { detectHead } from '../../model-files/head/detect-head.ts';
import { findLabelFile } from '../../model-files/label-files.ts';
import type { ModelFile } from '../../model-files/model-file.ts';
import { modelFormat } from '../../model-files/model-formats.ts';
import { openModel } from '../../model-files/open-model.ts';
import { elementCount, formatShape } from '../../tensor/tensor.ts';
import { namedSource } from '../inputs/named-source.ts';
import type { CliIo } from '../terminal/io.ts';

/** What one instrument can do with a file, and the command for it. */
export interface InstrumentAdvice {
  readonly instrument: 'classes' | 'training' | 'representations' | 'concepts';
  readonly ready: boolean;
  /** What is missing, where it is not ready. */
  readonly missing?: string;
  readonly command: string;
}

/** What a file is, what is in it, and what can be done with it. */
export interface FileReport {
  readonly file: string;
  readonly format: string;
  readonly tensors: number;
  readonly largest: readonly string[];
  readonly head:
    | { tensor: string; classes: number; features: number; reason: string }
    | { problem: string; hint?: string };
  readonly labels: string;
  readonly notes: readonly string[];
  readonly instruments: readonly InstrumentAdvice[];
}

/** Tensors that the report lists. */
const LISTED = 5;

/**
 * Looks into a model file: format, tensors, head, labels, and for each instrument what is missing and the next command.
 * @throws The errors of the readers when the file is no model or broken.
 */
export async function examineFile(path: string, io: CliIo): Promise<FileReport> {
  const source = await namedSource(path, {}, io);
  const file = await openModel(source);
  const own = await findClassNames(source, file);
  const head = headOf(file, own?.names.length);
  const rows = 'tensor' in head ? head.classes : undefined;
  const beside = own || rows === undefined ? undefined : await findLabelFile(source, file, (names) => names === rows);
  const found = own ?? beside?.found;
  const byName = [...file.tensors.values()].sort((a, b) => elementCount(b.shape) - elementCount(a.shape));
  const labels = found
    ? `${found.names.length} names in ${found.from}`
    : 'none beside it; give them with --labels, unless the rows are 1000 of ImageNet-1k';
  return {
    file: source.name,
    format: modelFormat(file.format).title,
    tensors: file.tensors.size,
    largest: byName.slice(0, LISTED).map(({ name, dtype, shape }) => `${name} (${dtype} ${formatShape(shape)})`),
    head,
    labels,
    notes: [...(beside?.notes ?? []), ...(file.notes ?? [])],
    instruments: advice(shellLine([path]), file, head, found !== undefined),
  };
}

function headOf(file: ModelFile, classCount: number | undefined): FileReport['head'] {
  try {
    const { tensor, classes, features, reason } = detectHead(file, classCount === undefined ? {} : { classCount });
    return { tensor, classes, features, reason };
  } catch (error) {
    if (!(error instanceof SemblanceError)) throw error;
    return { problem: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  }
}

function advice(path: string, file: ModelFile, head: FileReport['head'], hasLabels: boolean): InstrumentAdvice[] {
  const hasHead = 'tensor' in head;
  const isImageNet = hasHead && (head.classes === 1000 || head.classes === 1001);
  const labels = hasLabels || isImageNet ? '' : ' --labels NAMES.txt';
  const features = holdsFeatures(file);
  const runs = file.format === 'onnx' || features;
  const needsOnnx = runs ? {} : { missing: 'a model that runs: export it to ONNX, or give a file of its features' };
  const model = runs ? path : 'MODEL.onnx';
  // A file of features says itself which images it is of.
  const images = features ? '' : ' --images FOLDER';
  return [
    {
      instrument: 'classes',
      ready: hasHead,
      ...(hasHead ? {} : { missing: 'a classifier head; name the tensor that has one row for each class' }),
      command: `semblance classes ${path}${hasHead ? '' : ' --head TENSOR'}${labels}`,
    },
    {
      instrument: 'training',
      ready: false,
      missing: 'more than one epoch: a folder with a checkpoint for each',
      command: 'semblance training FOLDER',
    },
    {
      instrument: 'representations',
      ready: runs,
      ...needsOnnx,
      command: `semblance representations ${model}${images}`,
    },
    {
      instrument: 'concepts',
      ready: false,
      missing: features
        ? 'features of a second network'
        : runs
          ? 'a second model that runs'
          : 'two models that run: export them to ONNX',
      command: `semblance concepts ${model} ${features ? 'OTHER.safetensors' : 'OTHER.onnx'} --images FOLDER`,
    },
  ];
}

/** Whether a file holds what a network made of images: a writer says so, or arrays of more axes than a head has. */
function holdsFeatures({ format, metadata, tensors }: ModelFile): boolean {
  if (metadata.format === 'semblance-features') return true;
  return (format === 'npy' || format === 'npz') && [...tensors.values()].some(({ shape }) => shape.length > 2);
}

/** The report as lines for a terminal. */
export function fileReportText(report: FileReport, { colors }: CliIo): string {
  const { file, format, tensors, largest, head, labels, notes, instruments } = withOneLineTexts(report);
  const line = (label: string, text: string) => `  ${label.padEnd(9)} ${text}\n`;
  let text = `${colors.bold(file)}  ${format}\n`;
  text += line('tensors', `${tensors}${largest.length > 0 ? `, the largest ${largest.join(', ')}` : ''}`);
  if ('tensor' in head)
    text += line(
      'head',
      `${head.tensor}, ${head.classes} classes × ${head.features} features ${colors.dim(`(${head.reason})`)}`,
    );
  else {
    text += line('head', colors.yellow(head.problem));
    if (head.hint) text += line('', colors.dim(head.hint));
  }
  text += line('labels', labels);
  for (const note of notes) text += line('note', note);
  for (const { instrument, ready, missing, command } of instruments) {
    text += `${ready ? colors.green('ok') : colors.yellow('--')}  ${instrument.padEnd(16)} ${missing ? `needs ${missing}` : 'ready'}\n`;
    text += `    ${command}\n`;
  }
  return text;
}
