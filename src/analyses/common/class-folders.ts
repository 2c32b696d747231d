/** A class as far as a folder's name can tell it. */
export interface NamedClass {
  name: string;
  synset: string | null;
}

/** Which class each folder of pictures stands for, and what is left over on both sides. */
export interface ClassFolders {
  /** Class index by folder. */
  classOf: ReadonlyMap<string, number>;
  unmatched: { folder: string; reason: string }[];
  /** Classes that no folder stands for. */
  without: number[];
}

/** A WordNet id at the beginning of a name, as in "n01440764" and "n01440764_tench". */
const WORDNET_ID = /^(n\d{8})(?=$|[ _.-])/;

/**
 * The classes that folders stand for: by WordNet id (also followed by a name), by the class's name or one of the words
 * it lists (in any case, with "_" or "-" for spaces), or by the class's number from 0. A name that several classes bear
 * stands for none.
 */
export function matchClassFolders(folders: readonly string[], classes: readonly NamedClass[]): ClassFolders {
  const bySynset = new Map<string, number[]>();
  const byWhole = new Map<string, number[]>();
  const byPart = new Map<string, number[]>();
  const add = (map: Map<string, number[]>, key: string, index: number): void => {
    const known = map.get(key);
    if (!known) map.set(key, [index]);
    else if (!known.includes(index)) known.push(index);
  };
  classes.forEach(({ name, synset }, index) => {
    if (synset !== null) add(bySynset, synset, index);
    add(byWhole, plain(name), index);
    for (const part of name.split(',')) add(byPart, plain(part), index);
  });
  const classOf = new Map<string, number>();
  const unmatched: ClassFolders['unmatched'] = [];
  for (const folder of folders) {
    const id = WORDNET_ID.exec(folder)?.[1];
    const number = /^\d+$/.test(folder) && Number(folder) < classes.length ? [Number(folder)] : undefined;
    const found =
      (id === undefined ? undefined : bySynset.get(id)) ??
      byWhole.get(plain(folder)) ??
      byPart.get(plain(folder)) ??
      number ??
      [];
    if (found.length === 1) classOf.set(folder, found[0]!);
    else
      unmatched.push({
        folder,
        reason: found.length === 0 ? 'no class is called so' : `${found.length} classes are called so`,
      });
  }
  const met = new Set(classOf.values());
  return { classOf, unmatched, without: [...classes.keys()].filter((index) => !met.has(index)) };
}

/** The folder that a picture counts for: its label, or the WordNet id that its file's name begins with. */
export function folderOf({ name, label }: { name: string; label?: string }): string | undefined {
  return label ?? WORDNET_ID.exec(name.slice(name.lastIndexOf('/') + 1))?.[1];
}

function plain(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ');
}
