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
  const sections = wanted.flatMap((name): SectionName[] => (name === 'concepts' ? ['concepts', 'atlas'] : [name]));
  const lists = await Promise.all(sections.map((name) => findInSection(reader, manifest, name)));
  return lists.flat();
}

/** A section of a study that findings are made of. The instrument of concepts has two: of two models, and of more. */
export type SectionName = InstrumentName | 'atlas';

/** The findings of one section alone; none where the study has no such section. Errors as {@link findInStudy}. */
export async function findInSection(
  reader: StudyReader,
  { instruments }: StudyManifest,
  name: SectionName,
): Promise<Finding[]> {
  const { classes, training, representations, concepts, atlas } = instruments;
  switch (name) {
    case 'classes':
      return classes ? classesFindings(classes, reader) : [];
    case 'training':
      return training ? trainingFindings(training, reader) : [];
    case 'representations':
      return representations ? representationsFindings(representations, reader) : [];
    case 'concepts':
      return concepts ? conceptsFindings(concepts) : [];
    case 'atlas':
      return atlas ? atlasFindings(atlas, reader) : [];
  }
}
