import type { Alignment, ClassModel, ClassRow } from '#src/study/classes-section.ts';
import { ownWarnings } from '../../instruments/classes/model-warnings.ts';
import type { StudyPart } from '../../kit/data/together/together.ts';

/** A network of one of the studies, by its place among them. */
export interface AlignedNetwork {
  study: number;
  model: ClassModel;
  alignment: Alignment;
  /** What a reader should know of it before it is compared. */
  warnings: readonly string[];
}

/** Networks whose alignments may be compared: with the same reference, over the same classes. */
export interface AlignmentGroup {
  reference: string;
  classes: number;
  networks: AlignedNetwork[];
}

/**
 * The alignments of the networks of several studies, in groups that may be compared: an alignment depends on the classes that
 * it is over, so that two of other classes say nothing of which network follows the reference more. The largest group first.
 */
export async function alignmentGroups(parts: readonly StudyPart[]): Promise<AlignmentGroup[]> {
  const groups = new Map<string, AlignmentGroup>();
  for (const [study, { source, manifest }] of parts.entries()) {
    const section = manifest.instruments.classes;
    if (!section) continue;
    const rows = await source.table<ClassRow>(section.classes);
    // The order of the classes does not matter to an alignment.
    const classes = rows.map(({ synset, name }) => synset ?? name).sort();
    for (const { id, title } of section.references)
      for (const model of section.models) {
        const alignment = model.alignment[id];
        if (!alignment) continue;
        const key = JSON.stringify([id, alignment.classes, classes]);
        const group = groups.get(key) ?? { reference: title, classes: alignment.classes, networks: [] };
        group.networks.push({ study, model, alignment, warnings: ownWarnings(section.models, model) });
        groups.set(key, group);
      }
  }
  return [...groups.values()].sort((a, b) => b.networks.length - a.networks.length);
}
