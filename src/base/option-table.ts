import { UsageError } from './errors.ts';

/** A kind of value: how it is read from text, and which values are allowed. */
export interface OptionKind<T> {
  /** What stands for the value in help, such as "<n>"; null for a switch, which takes none. */
  value: string | null;
  /** What is allowed, to follow "must be": "a whole number of at least 2". */
  expected: string;
  /** Reads the text of a command line; undefined where it cannot be a value. */
  read(text: string): T | undefined;
  accepts(value: unknown): value is T;
  /** All that is allowed, where it is a few words. */
  choices?: readonly string[];
  /** One value of two, where the option may be given several times. */
  join?(before: T, next: T): T;
}

/** One option of an analysis, declared once: its type, check, default, flag and help all come from here. */
export interface OptionRecord<T> {
  kind: OptionKind<T>;
  default: T;
  /** One line, as the command line shows it; with the unit where there is one. */
  help: string;
  /** Long and perhaps short flag, such as "-k, --k"; by default the name in kebab case. Null where it has none. */
  flag?: string | null;
  /** The value of a flag that stands without one. */
  preset?: T;
}

// biome-ignore lint/suspicious/noExplicitAny: a table holds options of every type.
export type OptionTable = Readonly<Record<string, OptionRecord<any>>>;

/** The values of a table's options. */
export type OptionValues<T extends OptionTable> = {
  [K in keyof T]: T[K] extends OptionRecord<infer V> ? V : never;
};

/** Declares an option; the type of its value follows from its kind. */
export function option<T>(
  kind: OptionKind<T>,
  initial: T,
  help: string,
  more: Pick<OptionRecord<T>, 'flag' | 'preset'> = {},
): OptionRecord<T> {
  return { kind, default: initial, help, ...more };
}

/**
 * All options of a table: those given, else their defaults.
 *
 * @throws UsageError naming the first option whose value is not allowed.
 */
export function settleOptions<T extends OptionTable>(table: T, given: Partial<OptionValues<T>>): OptionValues<T> {
  const settled = Object.entries(table).map(([name, { kind, default: initial }]) => {
    const value: unknown = (given as Record<string, unknown>)[name];
    if (value === undefined) return [name, initial];
    if (!kind.accepts(value))
      throw new UsageError(`${name} must be ${kind.expected}; found ${JSON.stringify(value) ?? String(value)}.`);
    return [name, value];
  });
  return Object.fromEntries(settled) as OptionValues<T>;
}

/** A whole number of at least `least`. */
export function whole(least: number, value = '<n>'): OptionKind<number> {
  const accepts = (found: unknown): found is number =>
    Number.isSafeInteger(found) && (found as number) >= least && (found as number) <= 2 ** 31;
  return { value, expected: `a whole number of at least ${least}`, read: numberOf, accepts };
}

/** A whole number of at least `least`, or 0 for none. */
export function wholeOrNone(least: number, value = '<n>'): OptionKind<number> {
  const { read, accepts, expected } = whole(least, value);
  return {
    value,
    expected: `${expected}, or 0 for none`,
    read,
    accepts: (found): found is number => found === 0 || accepts(found),
  };
}

/** A number within bounds; `above` and `below` leave the bound itself out. */
export function number(
  { above, below, from, to }: { above?: number; below?: number; from?: number; to?: number },
  value = '<x>',
): OptionKind<number> {
  const bounds =
    from !== undefined && to !== undefined
      ? [`from ${from} to ${to}`]
      : above !== undefined && below !== undefined
        ? [`between ${above} and ${below}`]
        : oneSided({ above, below, from, to });
  return {
    value,
    expected: `a number ${bounds.join(' and ')}`,
    read: numberOf,
    accepts: (found): found is number =>
      typeof found === 'number' &&
      Number.isFinite(found) &&
      !(found <= (above ?? Number.NEGATIVE_INFINITY) || found >= (below ?? Number.POSITIVE_INFINITY)) &&
      found >= (from ?? found) &&
      found <= (to ?? found),
  };
}

function oneSided({ above, below, from, to }: Record<'above' | 'below' | 'from' | 'to', number | undefined>): string[] {
  return [
    ...(above !== undefined ? [`above ${above}`] : []),
    ...(from !== undefined ? [`of at least ${from}`] : []),
    ...(below !== undefined ? [`below ${below}`] : []),
    ...(to !== undefined ? [`of at most ${to}`] : []),
  ];
}

/** One of a few words. */
export function choice<const T extends string>(choices: readonly T[], value = '<word>'): OptionKind<T> {
  const accepts = (found: unknown): found is T => (choices as readonly unknown[]).includes(found);
  return {
    value,
    choices,
    expected: `one of ${choices.join(', ')}`,
    read: (text) => (accepts(text) ? text : undefined),
    accepts,
  };
}

/** Several values, with commas between them or the option given again; each counts once. */
export function listOf<T>(kind: OptionKind<T>, { least = 0, value = '<list>' } = {}): OptionKind<readonly T[]> {
  return {
    value,
    expected: `${least > 0 ? 'at least one' : 'a list'}, each ${kind.expected}`,
    read(text) {
      const items = text.split(',').map((item) => kind.read(item.trim()));
      return items.includes(undefined) ? undefined : [...new Set(items as T[])];
    },
    accepts: (found): found is readonly T[] =>
      Array.isArray(found) && found.length >= least && found.every((item) => kind.accepts(item)),
    join: (before, next) => [...new Set([...before, ...next])],
  };
}

/** Any text. */
export function text(value = '<text>'): OptionKind<string> {
  return {
    value,
    expected: 'a text',
    read: (found) => (found === '' ? undefined : found),
    accepts: (found): found is string => typeof found === 'string',
  };
}

/** A size in bytes, on a command line with K, M or G. */
export function bytes(least: number, value = '<size>'): OptionKind<number> {
  return {
    value,
    expected: least > 0 ? `a size such as 512M or 2G, at least ${least / 2 ** 20}M` : 'a size such as 32M, or 0',
    read(found) {
      const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*([KMG]?)i?B?$/i.exec(found.trim()) ?? [];
      const size = Math.floor(Number(amount) * 1024 ** ['', 'K', 'M', 'G'].indexOf(unit.toUpperCase()));
      return size >= 0 ? size : undefined;
    },
    accepts: (found): found is number => Number.isSafeInteger(found) && (found as number) >= least,
  };
}

/** On or off. A switch that is on by default has a flag `--no-…`. */
export const toggle: OptionKind<boolean> = {
  value: null,
  expected: 'true or false',
  read: (found) => (found === 'true' ? true : found === 'false' ? false : undefined),
  accepts: (found): found is boolean => typeof found === 'boolean',
};

/** A kind whose value may also be null, which stands for "not said" and is never read from text. */
export function orNull<T>(kind: OptionKind<T>): OptionKind<T | null> {
  const { join, ...rest } = kind;
  return {
    ...rest,
    accepts: (found): found is T | null => found === null || kind.accepts(found),
    ...(join && { join: (before: T | null, next: T | null) => (before && next ? join(before, next) : next) }),
  };
}

/** A value of either kind; text is read by the first that can. */
export function either<A, B>(a: OptionKind<A>, b: OptionKind<B>, value: string): OptionKind<A | B> {
  return {
    value,
    expected: `${a.expected}, or ${b.expected}`,
    read(found) {
      const first = a.read(found);
      return first !== undefined && a.accepts(first) ? first : b.read(found);
    },
    accepts: (found): found is A | B => a.accepts(found) || b.accepts(found),
  };
}

function numberOf(text: string): number | undefined {
  return text.trim() === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
}
