import {
  type AtlasCell,
  type AtlasEntryRow,
  type AtlasImageRow,
  type AtlasSection,
  atlasStanding,
} from '#src/study/concepts/atlas-section.ts';
import type { CollageRow } from '#src/study/concepts-section.ts';
import { shortNames as shortClassNames } from '../../../kit/data/class-names.ts';
import { shortModelNames } from '../../../kit/data/model-names.ts';
import type { OpenStudy } from '../../../kit/data/open-study.ts';
import { type Pictures, studyPictures } from '../../../kit/data/pictures.ts';

/** Which concepts of the atlas are listed. */
export type AtlasFilter = 'all' | 'differs' | 'common';

/** The atlas of a study: what its view needs at once, and the way to collages. */
export interface AtlasData {
  section: AtlasSection;
  entries: readonly AtlasEntryRow[];
  images: readonly AtlasImageRow[];
  names: readonly string[];
  /** The first of a class's names, longer where two would be called the same; by its id. */
  className(id: string): string;
  pictures: Pictures;
  picturePath(image: number): string | undefined;
  /** The patches that show a model's concept of a class most. */
  collage(model: number, own: AtlasCell['concepts'][number]): Promise<CollageRow['patches']>;
}

/** Reads the atlas. Errors are the library's. */
export async function loadAtlas({ source, manifest }: OpenStudy): Promise<AtlasData> {
  const section = manifest.instruments.atlas!;
  const [entries, images] = await Promise.all([
    source.table<AtlasEntryRow>(section.entries),
    source.table<AtlasImageRow>(section.images),
  ]);
  const short = shortClassNames(section.classes.map(({ name, wnid }) => ({ name, synset: wnid })));
  const names = new Map(section.classes.map(({ id }, i) => [id, short[i]!]));
  const folder = section.images.slice(0, section.images.lastIndexOf('/') + 1);
  return {
    section,
    entries,
    images,
    names: shortModelNames(section.models.map(({ name }) => name)),
    className: (id) => names.get(id)!,
    pictures: studyPictures(source),
    picturePath: (image) => {
      const picture = images[image]?.picture;
      return picture ? folder + picture : undefined;
    },
    collage: async (model, own) => {
      const owned = section.classes.find(({ id }) => id === own.class)!.models[model]!;
      const rows = await source.table<CollageRow>(owned.collages);
      return rows.find(({ concept }) => concept === own.concept)?.patches ?? [];
    },
  };
}

/** The entries that a filter and a class leave, in the order of the study. */
export function filterEntries(
  { entries, section }: Pick<AtlasData, 'entries' | 'section'>,
  filter: AtlasFilter,
  classId: string | undefined,
): AtlasEntryRow[] {
  return entries.filter(
    ({ models, cells, classes }) =>
      (classId === undefined || classes.includes(classId)) &&
      (filter === 'all' ||
        (filter === 'common'
          ? models === cells.length
          : cells.some((cell) => atlasStanding(cell, section) === 'missing'))),
  );
}

/** "cat, dog and 3 more". */
export function classesText({ classes }: AtlasEntryRow, className: AtlasData['className'], most = 3): string {
  const names = classes.slice(0, most).map(className);
  return classes.length > most ? `${names.join(', ')} and ${classes.length - most} more` : names.join(', ');
}
