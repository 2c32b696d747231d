import type { InstrumentName } from '../findings/finding.ts';
import type { StudyManifest } from '../study/manifest.ts';

/** The title of an instrument's chapter. */
export const CHAPTER_TITLES: Readonly<Record<InstrumentName, string>> = {
  classes: 'Class similarity',
  training: 'Training',
  representations: 'Representations',
  concepts: 'Concepts',
};

/** The command that made an instrument's part. */
export function commandOf(name: InstrumentName, { instruments }: StudyManifest): string {
  const { concepts, atlas } = instruments;
  if (name === 'concepts') return [concepts, atlas].flatMap((section) => section?.command ?? []).join('\n');
  return instruments[name]!.command;
}
