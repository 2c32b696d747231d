import type { StudyManifest } from '../../study/manifest.ts';
import type { DuplicateRow, PicturesSection } from '../../study/pictures-section.ts';
import { readStudyTable } from '../../study/read-study.ts';
import type { StudyStore } from '../../study/store.ts';
import type { Colors } from '../terminal/io.ts';
import { formatTable } from '../terminal/table.ts';

const LISTED = 5;

function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

/** What reports say of the pictures of a study: how many there are and were kept, what is left over, and duplicates. */
export async function picturesText(
  pictures: PicturesSection,
  names: readonly string[],
  manifest: StudyManifest,
  store: StudyStore,
  colors: Colors,
): Promise<string> {
  const { found, examined, perClass, withoutPictures, unmatched, unfiled, skipped, duplicates } = pictures;
  const matched = names.length - withoutPictures.length;
  let text = `${colors.bold('images')}  ${pictures.source}: ${counted(found, 'picture')}, ${matched} of ${names.length} classes; up to ${perClass} of each kept\n`;
  const list = (what: string, items: readonly string[]): void => {
    if (items.length === 0) return;
    const more = items.length > LISTED ? ` and ${items.length - LISTED} more` : '';
    text += `  ${what}: ${items.slice(0, LISTED).join(', ')}${more}\n`;
  };
  const aside = unmatched.reduce((sum, { images }) => sum + images, 0) + unfiled;
  if (examined < found)
    text += `  ${examined} looked at${examined < found - aside ? ', at random; --images-most takes more' : ''}\n`;
  list(
    'classes without pictures',
    withoutPictures.map((index) => names[index]!),
  );
  list(
    'folders of no class',
    unmatched.map(({ folder, images, reason }) => `${folder} (${images}, ${reason})`),
  );
  if (unfiled > 0) text += `  ${counted(unfiled, 'picture')} in no folder\n`;
  list(
    colors.yellow('left out'),
    skipped.map(({ reason }) => reason),
  );
  if (duplicates.pairs === 0) return `${text}  no near-duplicates across classes\n`;
  const rows = await readStudyTable<DuplicateRow>(store, manifest, duplicates.table);
  text += `  ${colors.yellow(`${counted(duplicates.pairs, 'near-duplicate')} across classes`)}, ${duplicates.identical} of them the same file: a labelling problem?\n`;
  text += formatTable(
    ['class', 'picture', 'class', 'picture', 'difference'].map((title, k) => ({
      title: colors.dim(title),
      align: k === 4 ? ('right' as const) : ('left' as const),
    })),
    rows
      .slice(0, LISTED)
      .map(({ a, b, kind, difference, mirrored }) => [
        names[a.class]!,
        a.name,
        names[b.class]!,
        b.name,
        kind === 'identical' ? 'same file' : `${difference.toFixed(2)}${mirrored ? ' mirrored' : ''}`,
      ]),
    '    ',
  );
  if (rows.length > LISTED) text += `    and ${rows.length - LISTED} more in --json and in the app\n`;
  return text;
}

/** The pictures of a study as `--json` prints them: classes by id, all duplicates. */
export async function picturesJson(
  pictures: PicturesSection,
  idOf: (index: number) => string,
  manifest: StudyManifest,
  store: StudyStore,
) {
  const { source, found, examined, perClass, withoutPictures, unmatched, unfiled, skipped, duplicates } = pictures;
  const rows = await readStudyTable<DuplicateRow>(store, manifest, duplicates.table);
  return {
    source,
    found,
    examined,
    perClass,
    withoutPictures: withoutPictures.map(idOf),
    unmatched,
    unfiled,
    skipped,
    duplicates: rows.map(({ a, b, ...rest }) => ({
      ...rest,
      a: { class: idOf(a.class), name: a.name },
      b: { class: idOf(b.class), name: b.name },
    })),
    duplicateThresholds: { hashBits: duplicates.hashBits, difference: duplicates.difference },
  };
}
