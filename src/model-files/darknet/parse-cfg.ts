import { printable } from '../../base/bytes/printable.ts';
import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError } from '../../base/errors.ts';

/** A section of a .cfg: its name in brackets, and its settings as texts. */
export interface CfgSection {
  readonly type: string;
  /** The line that it begins in, counted from 1. */
  readonly line: number;
  readonly settings: ReadonlyMap<string, string>;
}

const MAX_SECTIONS = 10_000;
const MAX_SETTINGS = 100_000;

/**
 * Sections and settings of Darknet's configuration: "[type]", then "key=value", with comments behind "#" and ";".
 * @throws FormatError for a line that is neither.
 */
export function parseCfg(file: string, text: string): CfgSection[] {
  const sections: (CfgSection & { settings: Map<string, string> })[] = [];
  let settings = 0;
  for (const [i, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    // Darknet leaves out all blanks.
    const line = raw.replace(/[#;].*$/, '').replace(/\s+/g, '');
    if (line === '') continue;
    const type = /^\[([^\]]+)\]$/.exec(line)?.[1];
    if (type !== undefined) {
      sections.push({ type: type.toLowerCase(), line: i + 1, settings: new Map() });
      checkLimit(file, 'the number of sections', sections.length, MAX_SECTIONS);
      continue;
    }
    const equals = line.indexOf('=');
    const section = sections.at(-1);
    if (equals < 1 || !section)
      throw new FormatError(
        `${file}: line ${i + 1} is ${JSON.stringify(printable(line))}, where [section] or key=value is expected.`,
      );
    section.settings.set(line.slice(0, equals).toLowerCase(), line.slice(equals + 1));
    checkLimit(file, 'the number of settings', ++settings, MAX_SETTINGS);
  }
  return sections;
}
