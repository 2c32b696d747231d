import type { LongTask } from '../../base/progress.ts';
import { type PicturesSection, pictureFiles, type TileRow } from '../../study/pictures-section.ts';
import { readStudyTable } from '../../study/read-study.ts';
import type { StudyStore } from '../../study/store.ts';
import type { NamedClass } from '../common/class-folders.ts';
import { collectPictures, planPictures } from '../common/collect-pictures.ts';
import type { PicturesRequest } from '../common/picture-options.ts';
import type { earlierSection } from './earlier-epochs.ts';
import type { ScannedRun } from './scan-run.ts';

/** Pictures of the classes and of the samples of runs, made now or kept from an earlier look. */
export interface RunPictures {
  files: ReadonlyMap<string, Uint8Array>;
  keep: readonly string[];
  describe(locate: (path: string) => string): PicturesSection;
  /** The tile of each test sample of a run, −1 where there is no picture; undefined where the run names no samples. */
  tilesOf(run: ScannedRun): Int32Array | undefined;
}

/**
 * Finds the pictures that runs name as their test samples among those given, and makes the sheets. Nothing is read again
 * while pictures, classes and samples stay what they were, so that following a growing run costs nothing here.
 */
export async function runPictures(
  request: PicturesRequest,
  classes: readonly NamedClass[],
  runs: readonly ScannedRun[],
  existing: Awaited<ReturnType<typeof earlierSection>>,
  store: StudyStore,
  task: LongTask,
): Promise<RunPictures> {
  const names = new Set(request.images.map(({ name }) => name));
  const nameOf = (path: string): string | undefined => nameBelow(path, names);
  const samples = new Set(
    runs
      .flatMap(({ samples }) => samples?.test ?? [])
      .flatMap((path) => (path === undefined ? [] : (nameOf(path) ?? []))),
  );
  const plan = await planPictures(request, classes, samples);
  const withTiles = (tileOf: ReadonlyMap<string, number>): Pick<RunPictures, 'tilesOf'> => ({
    tilesOf: ({ samples: own }) =>
      own?.test &&
      Int32Array.from(own.test, (path) => {
        const name = path === undefined ? undefined : nameOf(path);
        return name === undefined ? -1 : (tileOf.get(name) ?? -1);
      }),
  });
  const earlier = existing?.section.pictures;
  if (existing && earlier?.key === plan.key) {
    const present = new Set(await store.list());
    const tiles = await readStudyTable<TileRow>(store, existing.manifest, earlier.tiles).catch(() => undefined);
    if (tiles && pictureFiles(earlier).every((path) => present.has(path)))
      return {
        files: new Map(),
        keep: pictureFiles(earlier),
        describe: () => earlier,
        ...withTiles(new Map(tiles.map(({ name }, tile) => [name, tile]))),
      };
  }
  const { files, describe, tileOf } = await collectPictures(plan, samples, task);
  return { files, keep: [], describe, ...withTiles(tileOf) };
}

/** The name of a picture that a run calls by a path which may begin further up, or undefined. */
function nameBelow(path: string, names: ReadonlySet<string>): string | undefined {
  const parts = path.replaceAll('\\', '/').split('/');
  for (let first = 0; first < parts.length; first++) {
    const name = parts.slice(first).join('/');
    if (names.has(name)) return name;
  }
  return undefined;
}
