/**
 * A word without its inflection: plural, -ed, -ing and a final y, after the first step of Porter's algorithm (1980).
 * Stems serve to compare words with one another and are not words themselves.
 */
function stem(word: string): string {
  let text = word.toLowerCase();
  if (text.length < 4) return text.length === 3 && text.endsWith('s') && !text.endsWith('ss') ? text.slice(0, 2) : text;
  if (text.endsWith('sses')) text = text.slice(0, -2);
  else if (text.endsWith('ies')) text = `${text.slice(0, -3)}i`;
  else if (/(ch|sh|x|z)es$/.test(text)) text = text.slice(0, -2);
  else if (text.endsWith('s') && !/(ss|us|is)$/.test(text)) text = text.slice(0, -1);

  const bare = /^(.*[aeiouy].*?)(?:ed|ing)$/.exec(text)?.[1];
  if (bare !== undefined && bare.length > 1 && !text.endsWith('eed')) {
    text = bare;
    if (/(at|bl|iz)$/.test(text)) text += 'e';
    else if (/([bdfgmnprt])\1$/.test(text)) text = text.slice(0, -1);
  }
  if (text.endsWith('e') && text.length > 3) text = text.slice(0, -1);
  return /[^aeiou]y$/.test(text) && text.length > 2 ? `${text.slice(0, -1)}i` : text;
}

/** A function that gives the stems of a text's words, in order, and remembers each word's. */
export function createStemmer(): (text: string) => string[] {
  const known = new Map<string, string>();
  return (text) =>
    (text.toLowerCase().match(/[a-z0-9']+/g) ?? []).map((word) => {
      let found = known.get(word);
      if (found === undefined) known.set(word, (found = stem(word.replace(/'s?$|^'/g, ''))));
      return found;
    });
}
