const MAX_LENGTH = 200;

/** Text out of a file, fit for a message: control characters escaped, so that none reaches a terminal, and shortened. */
export function printable(text: string): string {
  const short = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
  return /^[ -~]*$/.test(short) ? short : escapeControls(short);
}

/** Apart from the above, because compiling this pattern takes longer than most files take to open. */
function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
