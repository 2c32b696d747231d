import { elementCount } from '../../tensor/tensor.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import type { ModelFile } from '../model-file.ts';
import { modelFormat } from '../model-formats.ts';
import { endByBias, endOfAllBiases, type OutputEnd } from './bias-axis.ts';

/** A tensor seen as class templates: which axis counts the classes, and how many features each has. */
export interface HeadLayout {
  readonly classAxis: number;
  readonly rows: number;
  readonly features: number;
}

/** The layout when `classAxis` counts the classes and all other axes together are the features. */
export function layoutAt(shape: readonly number[], classAxis: number): HeadLayout {
  const rows = shape[classAxis]!;
  return { classAxis, rows, features: elementCount(shape.filter((_, axis) => axis !== classAxis)) };
}

/**
 * How a tensor lies when no graph tells: by the length of the bias beside it; else classes last where the name says so
 * ("kernel") or all biases of the file do; else as is usual in the format. Undefined for what is no matrix of real numbers.
 */
export function conventionalLayout(entry: TensorEntry, file: ModelFile): HeadLayout | undefined {
  const { shape } = entry;
  if (!isReal(entry) || shape.length < 2 || shape.length > 4) return undefined;
  const classAxis = outputEnd(entry, file) === 'last' ? shape.length - 1 : 0;
  const layout = layoutAt(shape, classAxis);
  const others = shape.filter((d, axis) => axis !== classAxis && d !== 1);
  return others.length === 1 && layout.rows > 0 && layout.features > 0 ? layout : undefined;
}

function outputEnd(entry: TensorEntry, file: ModelFile): OutputEnd {
  const { name, shape } = entry;
  const byBias = endByBias(file, entry);
  if (byBias) return byBias;
  if (/(?:^|[./])kernel(?::\d+)?$/.test(name)) return 'last';
  if (shape.length === 4 && shape[0] === 1 && shape[1] === 1) return 'last';
  return (shape.length === 2 ? endOfAllBiases(file) : undefined) ?? modelFormat(file.format).head.classAxis;
}

/** Floating-point numbers, or integers that stand for them. */
function isReal({ dtype, quantised }: TensorEntry): boolean {
  return quantised === true || dtype.startsWith('f') || dtype === 'bf16';
}
