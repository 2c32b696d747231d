import { FormatError } from '../../base/errors.ts';
import { parseDelimited } from '../../formats/csv/parse-delimited.ts';
import type { LabelClass } from '../label-sets/label-sets.ts';
import { placeByIndex, readText, toIndex, toLabel, WNID } from './label-classes.ts';
import { readLines } from './label-lines.ts';

const NAME_COLUMNS = ['name', 'label', 'class', 'classname', 'title', 'category', 'words'];
const SYNSET_COLUMNS = ['synset', 'wnid', 'synsetid', 'wordnetid', 'wordnet', 'offset'];
const INDEX_COLUMNS = ['index', 'id', 'classid', 'labelid', 'classindex', 'number', 'row'];
/** Of other headers, those that end in "name": SignName, display_name. */
const NAME_ENDING = /(?:name|label|title)$/;

/** CSV or TSV with a header that has a column of names or ids and perhaps one of indices. */
export function readTable(content: string, filename: string): LabelClass[] {
  const delimiter = delimiterOf(content, filename);
  const [header, ...rows] = parseDelimited(content, delimiter, filename);
  const columns = header!.map((cell) => cell.toLowerCase().replace(/[^a-z]/g, ''));
  const find = (names: readonly string[]): number => columns.findIndex((column) => names.includes(column));
  const usual = find(NAME_COLUMNS);
  const nameColumn = usual >= 0 ? usual : columns.findIndex((column) => NAME_ENDING.test(column));
  const synsetColumn = find(SYNSET_COLUMNS);
  const indexColumn = find(INDEX_COLUMNS);
  if (nameColumn < 0 && synsetColumn < 0) {
    // A file of one column, or of numbers and names, without a header is a list of lines.
    if (header!.length === 1 || (header!.length === 2 && header!.some((cell) => /^\d+$/.test(cell))))
      return readLines(content, filename);
    throw new FormatError(`${filename}: the header (${header!.join(', ')}) has no column of class names or ids.`, {
      hint: `A column of names is called ${NAME_COLUMNS.slice(0, 3).join(', ')} …, one of ids ${SYNSET_COLUMNS.slice(0, 2).join(' or ')}.`,
    });
  }
  const labels = rows.map((cells, i) => {
    const synset = synsetColumn < 0 ? '' : (cells[synsetColumn] ?? '').trim();
    if (synset !== '' && !WNID.test(synset))
      throw new FormatError(
        `${filename}: row ${i + 2} has ${JSON.stringify(synset)} where an id such as n02084071 was expected.`,
      );
    const name = nameColumn < 0 ? synset : (cells[nameColumn] ?? '');
    return synset === '' ? readText(name) : toLabel(name, synset);
  });
  if (indexColumn < 0) return labels;
  return placeByIndex(
    labels.map((label, i) => [toIndex(rows[i]![indexColumn] ?? '', `row ${i + 2}`, filename), label]),
    filename,
  );
}

/** Commas, or what the header has in place of them. */
function delimiterOf(content: string, filename: string): string {
  if (/\.tsv$/i.test(filename)) return '\t';
  const header = content.slice(0, (content.indexOf('\n') + 1 || content.length + 1) - 1);
  return [',', ';', '\t'].find((mark) => header.includes(mark)) ?? ',';
}
