import { FormatError } from '../../base/errors.ts';
import type { LabelClass } from '../label-sets/label-sets.ts';
import { placeByIndex, toLabel } from './label-classes.ts';

/** "0: tench", "0) tench", "0. tench", "0 tench", "0\ttench". */
const NUMBERED = /^\s*(\d{1,9})(\s*[:)]\s*|\.\s+|\s*[-–=]\s+|\s+|\s*,\s*)(\S.*?)\s*$/;
/** "tench\t0", "tench,0". */
const NUMBER_LAST = /^\s*(\S.*?)\s*[\t,;]\s*(\d{1,9})\s*$/;

/** One class a line: a name, an id, an id and a name, or a number and a name. */
export function readLines(content: string, filename: string): LabelClass[] {
  const lines = withoutBlanks(withoutComments(content.replace(/\s+$/, '').split('\n')), filename);
  const numbered =
    lines.length > 1 || NUMBERED.exec(lines[0]!)?.[2]?.trim() === ':' ? byNumber(lines, filename) : undefined;
  if (numbered) return numbered;
  if (lines.length === 1) return oneLine(lines[0]!);
  return withoutCommonFolder(unquoted(lines)).map((line) => {
    const withId = /^(n\d{8})(?:[\s,]+(.*))?$/.exec(line.trim());
    return withId ? toLabel(withId[2] ?? withId[1]!, withId[1]!) : toLabel(line);
  });
}

/** All lines numbered, with every number once; where the sign behind it is weak ("0 airplane"), without a gap. */
function byNumber(lines: readonly string[], filename: string): LabelClass[] | undefined {
  const first = lines.map((line) => NUMBERED.exec(line));
  if (first.every((found) => found !== null)) {
    const isPlain = first.every((found) => found[2]!.trim() === ':');
    const entries = first.map((found) => [Number(found[1]), toLabel(unquote(found[3]!))] as const);
    if (isPlain || isCount(entries.map(([index]) => index))) return placeByIndex(entries, filename);
  }
  const last = lines.map((line) => NUMBER_LAST.exec(line));
  if (!last.every((found) => found !== null)) return undefined;
  const entries = last.map((found) => [Number(found[2]), toLabel(unquote(found[1]!))] as const);
  return isCount(entries.map(([index]) => index)) ? placeByIndex(entries, filename) : undefined;
}

/** Numbers from 0 or 1, each once. */
function isCount(indices: readonly number[]): boolean {
  const sorted = [...indices].sort((a, b) => a - b);
  return sorted[0]! <= 1 && sorted.every((index, i) => index === sorted[0]! + i);
}

function withoutComments(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => !/^\s*(?:#(?!\d)|\/\/)/.test(line));
  return first <= 0 ? lines : lines.slice(first);
}

/** Blank lines between all names are a way to write a list; a blank line at one place may be a row without class. */
function withoutBlanks(lines: readonly string[], filename: string): readonly string[] {
  const blank = lines.findIndex((line) => line.trim() === '');
  if (blank < 0) return lines;
  if (lines.length >= 5 && lines.every((line, i) => (line.trim() === '') === (i % 2 === 1)))
    return lines.filter((_, i) => i % 2 === 0);
  throw new FormatError(`${filename}: line ${blank + 1} is empty, with labels after it.`, {
    hint: 'Write N/A for a row of the classifier that stands for no class, or remove the line.',
  });
}

/** A list in one line, between commas, semicolons or tabs; else between blanks, since a classifier has several classes. */
function oneLine(line: string): LabelClass[] {
  const separator = [',', ';', '\t'].find((mark) => line.includes(mark)) ?? /\s+/;
  const parts = line
    .trim()
    .split(separator)
    .map((part) => part.trim());
  return parts.length > 1 ? unquoted(parts).map((part) => toLabel(part)) : [toLabel(unquote(line.trim()))];
}

function unquoted(lines: readonly string[]): readonly string[] {
  const bare = lines.map((line) => line.trim().replace(/,$/, ''));
  return bare.every((line) => /^(["']).*\1$/.test(line)) ? bare.map(unquote) : lines;
}

/** "train/cat", "train/dog": the folder says nothing about the class. */
function withoutCommonFolder(lines: readonly string[]): readonly string[] {
  const folder = /^.*[/\\]/.exec(lines[0]!)?.[0];
  return folder !== undefined && lines.every((line) => line.startsWith(folder))
    ? lines.map((line) => line.slice(folder.length))
    : lines;
}

function unquote(text: string): string {
  return /^(['"]).*\1$/.test(text) ? text.slice(1, -1).replace(/\\(['"\\])/g, '$1') : text;
}
