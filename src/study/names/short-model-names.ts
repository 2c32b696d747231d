/**
 * Names for tight places: what all models have in common at the beginning and at the end is left out
 * ("mobilenet_v1_0.25_128_quant" beside "mobilenet_v2_1.0_224_quant" becomes "v1_0.25_128"). Whole words only.
 */
export function shortModelNames(names: readonly string[]): string[] {
  if (names.length < 2 || names.every((name) => name.length <= 14)) return [...names];
  const words = names.map((name) => name.split(/(?<=[\s_-])/));
  const fewest = Math.min(...words.map((list) => list.length));
  const same = (at: (list: string[]) => string | undefined): boolean =>
    words.every((list) => at(list)?.replace(/[\s_-]$/, '') === at(words[0]!)?.replace(/[\s_-]$/, ''));
  let start = 0;
  while (start < fewest - 1 && same((list) => list[start])) start++;
  let end = 0;
  while (end < fewest - 1 - start && same((list) => list.at(-1 - end))) end++;
  const short = words.map((list) =>
    list
      .slice(start, list.length - end)
      .join('')
      .replace(/[\s_-]+$/, ''),
  );
  return new Set(short).size === names.length && short.every((name) => name !== '') ? short : [...names];
}
