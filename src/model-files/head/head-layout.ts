import { elementCount } from '../../tensor/tensor.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import type { ModelFile } from '../model-file.ts';
import { modelFormat } from '../model-formats.ts';

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
 * How a tensor lies when no graph tells: classes first (PyTorch, safetensors, NumPy: C×D or C×D×1×1), or last
 * (Keras, TF.js and TensorFlow's "kernel": D×C or 1×1×D×C). Undefined for what is no matrix of real numbers.
 */
export function conventionalLayout(entry: TensorEntry, file: ModelFile): HeadLayout | undefined {
  const { shape } = entry;
  if (!isReal(entry) || shape.length < 2 || shape.length > 4) return undefined;
  const classAxis = classesComeLast(entry, file) ? shape.length - 1 : 0;
  const layout = layoutAt(shape, classAxis);
  const others = shape.filter((d, axis) => axis !== classAxis && d !== 1);
  return others.length === 1 && layout.rows > 0 && layout.features > 0 ? layout : undefined;
}

function classesComeLast({ name, shape }: TensorEntry, { format }: ModelFile): boolean {
  if (modelFormat(format).head.classAxis === 'last') return true;
  if (/(?:^|[./])kernel(?::\d+)?$/.test(name)) return true;
  return shape.length === 4 && shape[0] === 1 && shape[1] === 1;
}

/** Floating-point numbers, or integers that stand for them. */
function isReal({ dtype, quantised }: TensorEntry): boolean {
  return quantised === true || dtype.startsWith('f') || dtype === 'bf16';
}
