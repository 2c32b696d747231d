import type { LabelsRequest } from '#src/analyses/classes/row-classes.ts';
import type { ByteSource } from '#src/base/bytes/byte-source.ts';
import { SemblanceError } from '#src/base/errors.ts';
import { labelsFit } from '#src/model-files/labels-fit.ts';
import { parseLabels } from '#src/semantics/label-files/parse-labels.ts';
import type { PassedOver } from './files-beside.ts';

/** A text file that may be a list of class names. */
export interface TextFile {
  /** Which drop it came with, and its path within it. */
  drop: number;
  path: string;
  bytes(): Promise<Uint8Array>;
}

/** What may have class names: a model, or a run. */
export interface LabelOwner {
  key: object;
  drop: number;
  path: string;
  /** The models that tell how many there are; the first that can be read decides. */
  heads(): AsyncIterable<ByteSource>;
}

interface List {
  drop: number;
  path: string;
  request: LabelsRequest & { kind: 'names' };
}

/** By their names these are no lists, though they have as many lines. */
const NO_LIST = /^(readme|licen[cs]e|copying|notice|changelog|changes|authors|contributors|requirements)\b/i;

/**
 * Which list of class names is whose: the one with a name for each class. A model takes the nearest list of its own drop;
 * one without takes what is left of the others, so that class names may be dropped after it.
 * @returns the labels by the owner's key, and the files that are nobody's.
 */
export async function assignLabels(
  owners: readonly LabelOwner[],
  files: readonly TextFile[],
): Promise<{ given: Map<object, LabelsRequest>; left: PassedOver[] }> {
  const given = new Map<object, LabelsRequest>();
  const left: PassedOver[] = [];
  const lists: List[] = [];
  for (const file of files) {
    const name = nameOf(file.path);
    if (NO_LIST.test(name)) left.push({ file: file.path, reason: 'is no list of class names, by its name' });
    else
      try {
        const labels = parseLabels(await file.bytes(), name);
        lists.push({ drop: file.drop, path: file.path, request: { kind: 'names', source: name, labels } });
      } catch (error) {
        if (!(error instanceof SemblanceError)) throw error;
        left.push({ file: file.path, reason: `cannot be read as a list of class names: ${error.message}` });
      }
  }
  if (lists.length === 0) return { given, left };
  const fitting = new Map<LabelOwner, List[]>();
  for (const owner of owners) {
    const fits = await fitOf(owner);
    fitting.set(
      owner,
      lists.filter(({ request }) => fits(request.labels.length)),
    );
  }
  const used = new Set<List>();
  const give = (owner: LabelOwner, list: List | undefined): void => {
    if (!list) return;
    given.set(owner.key, list.request);
    used.add(list);
  };
  for (const [owner, found] of fitting)
    give(
      owner,
      nearest(
        owner,
        found.filter(({ drop }) => drop === owner.drop),
      ),
    );
  const spare = lists.filter((list) => !used.has(list));
  for (const [owner, found] of fitting)
    if (!given.has(owner.key))
      give(
        owner,
        nearest(
          owner,
          found.filter((list) => spare.includes(list)),
        ),
      );
  const fitsAny = new Set([...fitting.values()].flat());
  for (const list of lists.filter((list) => !used.has(list))) left.push({ file: list.path, reason: why(list) });
  return { given, left };

  function why(list: List): string {
    if (owners.length === 0) return 'is a list of class names, and no network came with it';
    return fitsAny.has(list)
      ? 'is a list of class names, and another was taken'
      : `is no list of class names for what was dropped: it has ${list.request.labels.length}, which no network has`;
  }
}

/** A model that cannot be read has no classes here; whoever analyses it says what is wrong with it. */
async function fitOf(owner: LabelOwner): Promise<(names: number) => boolean> {
  for await (const head of owner.heads())
    try {
      return await labelsFit(head);
    } catch (error) {
      if (!(error instanceof SemblanceError)) throw error;
    }
  return () => false;
}

/** The list that is named after the model, or lies nearest to it, or is named as a list is; else the first. */
function nearest(owner: LabelOwner, lists: readonly List[]): List | undefined {
  const stem = nameOf(owner.path).replace(/\.[^.]+$/, '');
  const rank = ({ path }: List): number[] => [
    stem !== '' && nameOf(path).startsWith(stem) ? 0 : 1,
    -sharedFolders(owner.path, path),
    /label|class|name|synset|wnid/i.test(nameOf(path)) ? 0 : 1,
  ];
  return [...lists].sort((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    return x.map((value, i) => value - y[i]!).find((difference) => difference !== 0) ?? 0;
  })[0];
}

function sharedFolders(a: string, b: string): number {
  const [x, y] = [a, b].map((path) => path.split('/').slice(0, -1)) as [string[], string[]];
  const differs = x.findIndex((part, i) => part !== y[i]);
  return differs < 0 ? x.length : differs;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
