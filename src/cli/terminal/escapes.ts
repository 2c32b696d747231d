import { createColors } from 'picocolors';

/**
 * Stands for the escape character in sequences of our own until they are written. It is another in each process, so that
 * no file can hold it: whatever else would steer the terminal comes from a file and is shown instead.
 */
export const OWN_ESCAPE = `\u{10fffd}${Math.random().toString(36).slice(2, 12)}`;

/** Control characters but for line feed and tab, and what turns the direction of writing round. */
const STEERING = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** A carriage return of our own, by which a line is drawn anew. */
export const OWN_RETURN = `${OWN_ESCAPE}r`;

/** What is written to the terminal: our own sequences as such, control characters of anybody else's as \u001b and so on. */
export function terminalText(text: string): string {
  const parts = text.split(OWN_ESCAPE).map((part) =>
    part.replace(STEERING, (character, at: number) =>
      // In files a carriage return ends lines together with a feed.
      character === '\r' && part[at + 1] === '\n'
        ? character
        : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );
  const own = parts.slice(1).map((part) => (part.startsWith('r') ? `\r${part.slice(1)}` : `\x1b${part}`));
  return [parts[0], ...own].join('');
}

type Colors = ReturnType<typeof createColors>;

/** Colours whose sequences are told from those that a text may hold itself. */
export function ownColors(enabled: boolean): Colors {
  const colors = createColors(enabled);
  const own = Object.entries(colors).map(([name, colour]) => {
    if (typeof colour !== 'function') return [name, colour];
    const codes = String(colour('\0')).split('\0');
    const [open = '', close = ''] = codes.map((code) => code.replaceAll('\x1b', OWN_ESCAPE));
    const inside = (text: unknown) => (close === '' ? String(text) : String(text).replaceAll(close, close + open));
    return [name, (text: unknown) => `${open}${inside(text)}${close}`];
  });
  return Object.fromEntries(own) as Colors;
}
