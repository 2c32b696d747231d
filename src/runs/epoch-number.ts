/** A number right behind a word that says what it counts: "epoch_12", "epoch=3-step=1000", "ep12", "e07". */
const NAMED = /(?:^|[^a-z])(?:epoch|ep|e)[=_\-. ]?(\d{1,9})(?![\da-z])/i;

/** A number that stands alone or behind letters only: "model_12", "ckpt12", but not "12fca82f" and not "0.33". */
const TOKEN = /(?<![\dA-Za-z])([A-Za-z]*)(\d{1,9})(?![\dA-Za-z])/g;

/** Words before a number that make it a checkpoint's, where "resnet20" is a model's. */
const COUNTED = /^(ckpt|checkpoint|chkpt|model|weights|iter|step|net)$/i;

/**
 * The epochs that the names of checkpoints carry. A number behind "epoch" counts; otherwise, among names that differ in
 * their numbers only, the first number that is another in each of them. Names without a number are not in the result.
 * @param names paths within the run's folder; the name of a folder counts when its file has no number
 */
export function epochNumbers(names: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  const groups = new Map<string, { name: string; numbers: number[]; bare: boolean[] }[]>();
  for (const name of names) {
    const plain = withoutEnding(name);
    const named = NAMED.exec(plain)?.[1] ?? NAMED.exec(name)?.[1];
    if (named !== undefined) {
      found.set(name, Number(named));
      continue;
    }
    const numbers: number[] = [];
    const bare: boolean[] = [];
    // Decimals are losses and accuracies, never epochs.
    const skeleton = plain
      .replace(/\d+\.\d+(?=$|[^.\d])/g, '~')
      .replace(TOKEN, (_, letters: string, digits: string) => {
        numbers.push(Number(digits));
        bare.push(letters === '' || COUNTED.test(letters));
        return `${letters}#`;
      });
    if (numbers.length === 0) continue;
    const group = groups.get(skeleton) ?? [];
    group.push({ name, numbers, bare });
    groups.set(skeleton, group);
  }
  for (const group of groups.values()) {
    const position = group[0]!.numbers.findIndex(
      (_, k) => new Set(group.map(({ numbers }) => numbers[k])).size === group.length,
    );
    // A single file: its last number that is not part of a model's name.
    const at = group.length === 1 ? group[0]!.bare.lastIndexOf(true) : position;
    if (at >= 0) for (const { name, numbers } of group) found.set(name, numbers[at]!);
  }
  return found;
}

function withoutEnding(name: string): string {
  return name.replace(/(?:\.[A-Za-z][A-Za-z\d]*)+$/, '');
}
