/** A file that was dropped and not used, and why. */
export interface PassedOver {
  file: string;
  reason: string;
}

/**
 * Files that lie beside models and are read with them: configurations, external weights, shards, the log of a run. Which of
 * them are is only known once the models were read; the others are told of.
 */
export class FilesBeside {
  readonly #expected: ({ key: string } & PassedOver)[] = [];
  readonly #used: Set<string>;

  /** @param used What was used before, as `used` gives it. */
  constructor(used: readonly string[] = []) {
    this.#used = new Set(used);
  }

  /** The files of a folder by their paths within it; who asks for one uses it. */
  of(drop: number, folder: string, files: ReadonlyMap<string, File>): ReadonlyMap<string, File> {
    const start = folder === '' ? '' : `${folder}/`;
    const use = (path: string): void => void this.#used.add(keyOf(drop, start + path));
    return new (class extends Map<string, File> {
      override get(path: string): File | undefined {
        const file = super.get(path);
        if (file) use(path);
        return file;
      }
    })(files);
  }

  /** Notes a file that is of use only where it is asked for, and why it is passed over where it is not. */
  expect(drop: number, path: string, reason: string): void {
    this.#expected.push({ key: keyOf(drop, path), file: path, reason });
  }

  /** Names of all that was asked for by now. */
  get used(): string[] {
    return [...this.#used];
  }

  /** The files that nobody has asked for by now. */
  get unused(): PassedOver[] {
    return this.#expected.filter(({ key }) => !this.#used.has(key)).map(({ file, reason }) => ({ file, reason }));
  }
}

/** The same path may come in two drops. */
function keyOf(drop: number, path: string): string {
  return `${drop}/${path}`;
}
