import { findInStudy } from '../findings/find-in-study.ts';
import { type InstrumentName, instrumentsOf } from '../findings/finding.ts';
import type { StudyReader } from '../findings/study-reader.ts';
import type { StudyManifest } from '../study/manifest.ts';
import type { ReportPin } from '../study/pins/report-pins.ts';
import { CHAPTER_TITLES, commandOf } from './chapters.ts';
import { methodsOf } from './methods.ts';
import type { Report, ReportChapter, ReportFigure } from './report.ts';

/** A report of findings, methods and pins, with the figures of each instrument that `figures` gives. */
export async function reportOf(
  manifest: StudyManifest,
  reader: StudyReader,
  pins: readonly ReportPin[],
  figures: (name: InstrumentName) => Promise<readonly ReportFigure[]> = async () => [],
): Promise<Report> {
  const names = instrumentsOf(manifest);
  const methods = new Map(names.map((name) => [name, methodsOf(name, manifest)]));
  const chapters: ReportChapter[] = [];
  for (const name of names)
    chapters.push({
      instrument: name,
      title: CHAPTER_TITLES[name],
      findings: await findInStudy(reader, manifest, name),
      figures: await figures(name),
      methods: methods.get(name)!.text,
      command: commandOf(name, manifest),
    });
  return {
    title: manifest.name,
    software: `${manifest.software.name} ${manifest.software.version}`,
    pins: pins.map(({ title, caption, svg }) => ({ title, caption, svg })),
    chapters,
    papers: [...new Set(names.flatMap((name) => methods.get(name)!.papers))],
  };
}
