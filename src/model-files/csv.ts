/** Rows of comma-separated text, blank lines left out; quotes protect commas and are doubled inside. */
export function parseCsv(text: string): string[][] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:\s*"((?:[^"]|"")*)"\s*|([^,]*))/g)].map((match) =>
        match[1] === undefined ? (match[2] ?? '').trim() : match[1].replaceAll('""', '"'),
      ),
    );
}
