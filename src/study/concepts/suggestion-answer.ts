/** What a language model was asked for, as far as its answer holds it. */
export interface SuggestionAnswer {
  name: string | undefined;
  difference: string | undefined;
  missing: string | undefined;
  confidence: number | undefined;
}

/** A name longer than this is a sentence. */
const LONGEST_NAME = 80;

/**
 * Reads the JSON object that was asked for, also out of a fence or between other words; undefined where there is none, so
 * that the answer is shown as it came.
 */
export function readAnswer(answer: string): SuggestionAnswer | undefined {
  const [from, to] = [answer.indexOf('{'), answer.lastIndexOf('}')];
  if (from < 0 || to < from) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(answer.slice(from, to + 1));
  } catch {
    return undefined;
  }
  const fields = value as Record<string, unknown>;
  const text = (name: string): string | undefined =>
    typeof fields[name] === 'string' && fields[name].trim() !== '' ? fields[name].trim() : undefined;
  const name = text('name');
  const confidence = Number(fields.confidence ?? Number.NaN);
  const read: SuggestionAnswer = {
    name: name !== undefined && name.length <= LONGEST_NAME ? name : undefined,
    difference: text('difference'),
    missing: text('missing'),
    confidence: confidence >= 0 && confidence <= 1 ? confidence : undefined,
  };
  return Object.values(read).some((part) => part !== undefined) ? read : undefined;
}
