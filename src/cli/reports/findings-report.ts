import { oneLine } from '../../base/one-line.ts';
import { findInSection, type SectionName } from '../../findings/find-in-study.ts';
import type { Finding } from '../../findings/finding.ts';
import { readerOf } from '../../findings/study-reader.ts';
import type { StudyManifest } from '../../study/manifest.ts';
import type { StudyStore } from '../../study/store.ts';
import type { CliIo, Colors } from '../terminal/io.ts';

/** Widest line of a sentence. */
const WIDTH = 100;

/** What a section of a study shows, as `--json` gives it. */
export async function findingsOf(manifest: StudyManifest, store: StudyStore, section: SectionName): Promise<Finding[]> {
  return findInSection(readerOf(store, manifest), manifest, section);
}

/** The sentences that a report begins with; empty where there are none. */
export async function findingsText(
  manifest: StudyManifest,
  store: StudyStore,
  section: SectionName,
  { colors, columns }: Pick<CliIo, 'colors' | 'columns'>,
): Promise<string> {
  const found = await findingsOf(manifest, store, section);
  if (found.length === 0) return '';
  const width = Math.max(40, Math.min(WIDTH, columns) - 4);
  return `${found.map((finding) => sentence(finding, width, colors)).join('')}\n`;
}

function sentence({ kind, text }: Finding, width: number, colors: Colors): string {
  const mark = { result: colors.bold('•'), warning: colors.yellow('!'), open: colors.dim('?') }[kind];
  const lines = wrap(oneLine(text), width).map((line) => (kind === 'open' ? colors.dim(line) : line));
  return `${mark} ${lines.join('\n  ')}\n`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
