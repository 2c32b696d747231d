import { SourceError } from '#src/base/errors.ts';
import type { ClassRow } from '#src/study/classes-section.ts';
import { MANIFEST_PATH, type StudyManifest } from '#src/study/manifest.ts';
import type { StudySource } from '../study-source.ts';
import { joinTraining, type TrainingPart } from './join-training.ts';

/** One of several studies that are shown side by side. */
export interface StudyPart {
  /** As addresses name it; undefined for the one that an address without a name opens. */
  id: string | undefined;
  /** The study's name; with its id where another has the same. */
  title: string;
  source: StudySource;
  manifest: StudyManifest;
}

/** Several studies, and what can be shown of them on one axis. */
export interface Together {
  parts: readonly StudyPart[];
  /** Why their training runs cannot be; undefined where they are. */
  noTraining: string | undefined;
}

/** What `joinedSource` gives: the studies' training runs as one study, and the studies themselves. */
export interface JoinedSource {
  source: StudySource;
  together(): Promise<Together>;
}

/** Where a file of the n-th study lies in the joined one. */
const placeOf = (part: number, path: string): string => `study-${part}/${path}`;

/**
 * Several studies as one that holds the training runs of all, so that every view of training shows them on one axis. It is
 * read only; files are read from where they are.
 */
export function joinedSource(studies: readonly Pick<StudyPart, 'id' | 'source'>[]): JoinedSource {
  let joined: Promise<Together & { manifest: StudyManifest }> | undefined;
  const read = (anew: boolean): Promise<Together & { manifest: StudyManifest }> => {
    if (anew) joined = undefined;
    joined ??= join(studies, anew);
    joined.catch(() => (joined = undefined));
    return joined;
  };
  const of = (place: string): { source: StudySource; path: string } => {
    const [, part, path] = /^study-(\d+)\/(.+)$/.exec(place) ?? [];
    const study = studies[Number(part)];
    if (!study || !path) throw new SourceError(`${place} is no file of the studies side by side.`, { file: place });
    return { source: study.source, path };
  };
  const via =
    <A extends unknown[], T>(read: (source: StudySource, path: string, ...rest: A) => Promise<T>) =>
    async (place: string, ...rest: A): Promise<T> => {
      const { source, path } = of(place);
      return read(source, path, ...rest);
    };
  return {
    together: () => read(false),
    source: {
      manifest: async () => (await read(false)).manifest,
      refresh: async () => (await read(true)).manifest,
      table: <T>(place: string) => via((source, path) => source.table<T>(path))(place),
      json: <T>(place: string) => via((source, path) => source.json<T>(path))(place),
      display: via((source, path) => source.display(path)),
      row: via((source, path, i: number) => source.row(path, i)),
      matrix: via((source, path) => source.matrix(path)),
      bytes: via((source, path) => source.bytes(path)),
      notes: async () => ({}),
      pins: async () => [],
      onChanged: (listener) => {
        const stops = studies.map(({ source }) => source.onChanged?.(listener));
        return () => {
          for (const stop of stops) stop?.();
        };
      },
    },
  };
}

async function join(
  studies: readonly Pick<StudyPart, 'id' | 'source'>[],
  anew: boolean,
): Promise<Together & { manifest: StudyManifest }> {
  const read = await Promise.all(
    studies.map(async ({ id, source }) => {
      const manifest = await (anew ? source.refresh() : source.manifest());
      if (!manifest) throw new SourceError(`There is no study ${id ?? ''} here.`, { file: MANIFEST_PATH });
      return { id, source, manifest };
    }),
  );
  const names = read.map(({ manifest }) => manifest.name);
  const parts = read.map((one, p): StudyPart => {
    const name = names[p]!;
    const isTwice = names.indexOf(name) !== names.lastIndexOf(name);
    return { ...one, title: isTwice ? `${name} (${one.id ?? p + 1})` : name };
  });
  const training = await Promise.all(
    parts.map(async ({ title, source, manifest }, p): Promise<TrainingPart[]> => {
      const section = manifest.instruments.training;
      if (!section) return [];
      const classes = await source.table<ClassRow>(section.classes);
      return [{ study: title, section, classes, locate: (path) => placeOf(p, path) }];
    }),
  );
  const joined = joinTraining(training.flat());
  const [first] = parts;
  return {
    parts,
    noTraining: typeof joined === 'string' ? joined : undefined,
    manifest: {
      schemaVersion: first!.manifest.schemaVersion,
      software: first!.manifest.software,
      name: parts.map(({ title }) => title).join(' · '),
      instruments: typeof joined === 'string' ? {} : { training: joined },
      files: Object.fromEntries(
        parts.flatMap(({ manifest }, p) =>
          Object.entries(manifest.files).map(([path, hash]) => [placeOf(p, path), hash]),
        ),
      ),
    },
  };
}
