import { readAnswer } from './suggestion-answer.ts';

/** Words that say nothing of what a name is of. */
const FUNCTION_WORDS = new Set('a an and at by for from in is of on or the to with'.split(' '));

/**
 * How much two answers call their pictures the same: shared words / all words (Jaccard) of the names, without case,
 * punctuation, word order and function words; 0 … 1. Null where an answer holds no name that could be read.
 */
export function nameAgreement(answer: string, other: string): number | null {
  const [words, others] = [nameWords(answer), nameWords(other)];
  if (!words || !others) return null;
  const shared = [...words].filter((word) => others.has(word)).length;
  return shared / (words.size + others.size - shared);
}

function nameWords(answer: string): Set<string> | undefined {
  const name = readAnswer(answer)?.name;
  const words = new Set(
    (name?.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => !FUNCTION_WORDS.has(word)),
  );
  return words.size > 0 ? words : undefined;
}
