import { expect } from 'vitest';
import type { ByteSource } from '#src/base/bytes/byte-source.ts';
import { fileSource } from '#src/base/bytes/file-source.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import type { HeadChoice, HeadTemplates } from '#src/model-files/head/head-choice.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { row } from '#src/tensor/matrix.ts';
import { sharedData } from './shared-data.ts';

/** The head of a real model, by its path below the folder of models, and how many bytes that took. */
export async function headOf(path: string): Promise<{ head: HeadChoice; templates: HeadTemplates; moved: number }> {
  const source = await fileSource(`${sharedData}/models/${path}`);
  let moved = 0;
  const counted = (one: ByteSource): ByteSource => ({
    ...one,
    read: (start, end) => {
      moved += end - start;
      return one.read(start, end);
    },
    sibling: async (name) => {
      const found = await one.sibling(name);
      return found && counted(found);
    },
  });
  const file = await openModel(counted(source));
  const head = detectHead(file);
  const templates = await head.readTemplates();
  return { head, templates, moved };
}

/** Largest difference of the cosine similarities of two heads' templates; `skip` leaves out first rows of the first. */
export function ncsmDifference(a: HeadTemplates, b: HeadTemplates, skip = 0): number {
  expect(a.rows - skip).toBe(b.rows);
  const unit = (templates: HeadTemplates, i: number) => {
    const template = row(templates, i);
    const norm = Math.sqrt(template.reduce((sum, x) => sum + x * x, 0));
    return Float64Array.from(template, (x) => x / norm);
  };
  const dot = (x: Float64Array, y: Float64Array) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  const ua = Array.from({ length: b.rows }, (_, i) => unit(a, i + skip));
  const ub = Array.from({ length: b.rows }, (_, i) => unit(b, i));
  let worst = 0;
  for (let i = 0; i < b.rows; i += 7)
    for (let j = 0; j < b.rows; j++) worst = Math.max(worst, Math.abs(dot(ua[i]!, ua[j]!) - dot(ub[i]!, ub[j]!)));
  return worst;
}
