import { FormatError, LimitError } from '../../base/errors.ts';
import type { LabelClass } from '../label-sets/label-sets.ts';

/** Above any label set in use (ImageNet-21k has 21,843) and below what a lying index could make of a small file. */
export const MAX_LABELS = 1_000_000;

/** The id of a noun synset in WordNet 3.0. */
export const WNID = /^n\d{8}$/;

export function toLabel(name: string, synset?: string): LabelClass {
  const text = name.trim().normalize('NFC');
  if (synset === undefined && (text === '' || text === 'N/A')) return { name: 'N/A', unused: true };
  return synset === undefined ? { name: text } : { name: text === '' ? synset : text, synset };
}

/** A name, or an id that stands for one. */
export function readText(text: string): LabelClass {
  const trimmed = text.trim();
  return WNID.test(trimmed) ? toLabel(trimmed, trimmed) : toLabel(trimmed);
}

export function toIndex(text: string, where: string, filename: string): number {
  const index = /^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(index))
    throw new FormatError(
      `${filename}: ${where} has ${JSON.stringify(text)} where an index of 0 or more was expected.`,
    );
  return index;
}

/**
 * Labels in the order of their indices; a gap is a row without class. Indices that count from 1 without a gap are
 * counted from 0: no row of a classifier is left over for them.
 */
export function placeByIndex(entries: readonly (readonly [number, LabelClass])[], filename: string): LabelClass[] {
  const rows: LabelClass[] = [];
  const first = countsFromOne(entries) ? 1 : 0;
  for (const [given, label] of entries) {
    const index = given - first;
    if (index >= MAX_LABELS)
      throw new LimitError(`${filename}: ${label.name} has the index ${given}; at most ${MAX_LABELS} labels are read.`);
    const held = rows[index];
    if (held) throw new FormatError(`${filename}: index ${given} is given twice, to ${held.name} and ${label.name}.`);
    rows[index] = label;
  }
  const gap: LabelClass = { name: 'N/A', unused: true };
  return Array.from(rows, (label) => label ?? gap);
}

function countsFromOne(entries: readonly (readonly [number, LabelClass])[]): boolean {
  const indices = new Set(entries.map(([index]) => index));
  return indices.size === entries.length && !indices.has(0) && indices.has(1) && indices.has(entries.length);
}
