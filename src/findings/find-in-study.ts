import type { StudyManifest } from '../study/manifest.ts';
import { classesFindings } from './classes/classes-findings.ts';
import { atlasFindings } from './concepts/atlas-findings.ts';
import { conceptsFindings } from './concepts/concepts-findings.ts';
import { type Finding, INSTRUMENTS, type InstrumentName } from './finding.ts';
import { representationsFindings } from './representations/representations-findings.ts';
import type { StudyReader } from './study-reader.ts';
import { trainingFindings } from './training/training-findings.ts';

/**
 * What a study shows, in sentences: for one instrument, or for all that the study has. Each has the figures behind it
 * and the address of the view that shows it; docs/findings.md tells when which is said. Nothing is computed but counts
 * over what the study holds, so equal studies give equal sentences.
 *
 * @throws FormatError when a table of the study is missing or damaged.
 */
export async function findInStudy(
  reader: StudyReader,
  manifest: StudyManifest,
  instrument?: InstrumentName,
): Promise<Finding[]> {
  const wanted = instrument === undefined ? INSTRUMENTS : [instrument];
  const lists = await Promise.all(wanted.map((name) => findFor(name, reader, manifest)));
  return lists.flat();
}

async function findFor(name: InstrumentName, reader: StudyReader, { instruments }: StudyManifest): Promise<Finding[]> {
  const { classes, training, representations, concepts, atlas } = instruments;
  switch (name) {
    case 'classes':
      return classes ? classesFindings(classes, reader) : [];
    case 'training':
      return training ? trainingFindings(training, reader) : [];
    case 'representations':
      return representations ? representationsFindings(representations, reader) : [];
    case 'concepts':
      return [
        ...(concepts ? await conceptsFindings(concepts) : []),
        ...(atlas ? await atlasFindings(atlas, reader) : []),
      ];
  }
}
