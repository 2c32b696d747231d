/** Names of the matching methods for people. */
export const METHOD_TITLES: Readonly<Record<string, string>> = {
  none: 'Same places',
  greedy: 'Greedy',
  'global-greedy': 'Global greedy',
  'topk-greedy': 'Top-k greedy',
  'batch-optimal': 'Batch-optimal',
  'circular-shift': 'Best shift',
  optimal: 'Optimal',
};

export const METHOD_NOTES: Readonly<Record<string, string>> = {
  none: 'every place with the place at the same spot',
  greedy: 'places by falling norm, each takes the best that is free',
  'global-greedy': 'the largest inner product left, again and again',
  'topk-greedy': 'the places of largest norm matched exactly, the rest greedily',
  'batch-optimal': 'sorted by norm, cut into windows, each matched exactly',
  'circular-shift': 'the best shift of the whole map',
};
