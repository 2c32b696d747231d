import { bytes, number, type OptionKind } from '../../base/option-table.ts';

/** Bounds on a whole command that another process watches, so that they hold while the command itself cannot look up. */
export interface CommandLimits {
  /** Seconds. */
  time: number | undefined;
  /** Bytes of memory in use by the process (resident set). */
  memory: number | undefined;
}

const LEAST_MEMORY = 2 ** 26;

/** The options that every command takes, by the limit that they set. */
export const LIMIT_OPTIONS: Readonly<
  Record<keyof CommandLimits, { flag: string; kind: OptionKind<number>; help: string }>
> = {
  time: {
    flag: '--time-limit',
    kind: number({ above: 0, to: 2_000_000 }, '<seconds>'),
    help: 'end with an error when the command is not done by then',
  },
  memory: {
    flag: '--memory-limit',
    kind: bytes(LEAST_MEMORY),
    help: 'end with an error when the process takes more memory, such as 4G',
  },
};

/** The limits that arguments ask for. A value that cannot be read sets none: the command itself refuses it. */
export function commandLimits(argv: readonly string[]): CommandLimits {
  return { time: limitOf(argv, LIMIT_OPTIONS.time), memory: limitOf(argv, LIMIT_OPTIONS.memory) };
}

function limitOf(
  argv: readonly string[],
  { flag, kind }: { flag: string; kind: OptionKind<number> },
): number | undefined {
  const options = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : argv.length);
  const at = options.findIndex((argument) => argument === flag || argument.startsWith(`${flag}=`));
  if (at < 0) return undefined;
  const text = options[at] === flag ? options[at + 1] : options[at]!.slice(flag.length + 1);
  const value = text === undefined ? undefined : kind.read(text);
  return value !== undefined && kind.accepts(value) ? value : undefined;
}
