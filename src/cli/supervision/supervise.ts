import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { EXIT_CODES, LimitError, SemblanceError } from '../../base/errors.ts';
import { processIo } from '../terminal/io.ts';
import { reportError } from '../terminal/report-error.ts';
import { commandLimits } from './command-limits.ts';
import { MEMORY, STOP, SUPERVISOR_FD } from './link.ts';

/** Seconds that a command has to come to its end by itself after the first Ctrl+C. */
const GRACE_SECONDS = 4;

/** Exit codes by the signal that ended a command, as shells count them. */
const SIGNAL_CODES = { SIGINT: EXIT_CODES.interrupted, SIGTERM: 143 } as const;
type EndingSignal = keyof typeof SIGNAL_CODES;

/**
 * Runs a command in a process of its own and watches it from this one. Computation in one piece (inference above all) and
 * faults of native libraries are out of reach of the process in which they happen; from here they end:
 *
 * - the first Ctrl+C or SIGTERM asks the command to stop and ends it after a few seconds, a second ends it at once;
 * - limits of time and memory end it with a message;
 * - a process that broke down is told of in a message.
 *
 * The command reads and writes the terminal itself, and is ended when this process is.
 *
 * @param argv Arguments behind the program's name.
 * @returns The exit code.
 */
export async function supervise(argv: readonly string[]): Promise<number> {
  const { time } = commandLimits(argv);
  const io = processIo(argv, new AbortController().signal);
  let asked: EndingSignal | undefined;
  let cause: SemblanceError | undefined;
  const timers: NodeJS.Timeout[] = [];
  const handlers = (['SIGINT', 'SIGTERM'] as const).map((signal) => {
    const handler = (): void => {
      if (asked) end();
      else {
        asked = signal;
        link.write(STOP);
        timers.push(setTimeout(end, GRACE_SECONDS * 1000));
      }
    };
    process.on(signal, handler);
    return [signal, handler] as const;
  });
  const module = fileURLToPath(new URL('./supervised.js', import.meta.url));
  const command = spawn(process.execPath, [...process.execArgv, module, ...argv], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
  });
  const link = command.stdio[SUPERVISOR_FD] as import('node:net').Socket;
  const end = (): void => void command.kill('SIGKILL');
  const endFor = (error: SemblanceError): void => {
    cause ??= error;
    end();
  };
  // The command may be gone before it was asked to stop.
  link.on('error', () => {});
  link.setEncoding('utf8').on('data', (said: string) => {
    const taken = Number(said.slice(MEMORY.length));
    if (said.startsWith(MEMORY)) endFor(memoryError(taken));
  });
  if (time !== undefined) timers.push(setTimeout(() => endFor(timeError(time)), time * 1000));
  const { code, signal } = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>(
    (resolve, reject) => {
      command.on('error', reject);
      command.on('exit', (code, signal) => resolve({ code, signal }));
    },
  );
  for (const timer of timers) clearTimeout(timer);
  for (const [name, handler] of handlers) process.off(name, handler);
  link.destroy();
  if (cause) return reportError(cause, io, argv);
  if (code !== null) return asked && code === EXIT_CODES.interrupted ? SIGNAL_CODES[asked] : code;
  const by = asked ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? signal : undefined);
  if (!by) return reportError(breakdown(signal!), io, argv);
  io.stderr('\nInterrupted.\n');
  return SIGNAL_CODES[by];
}

function timeError(seconds: number): LimitError {
  return new LimitError(`The command was not done within the ${seconds} s of --time-limit and was ended.`, {
    hint: 'A model with a loop that never ends does this; a slow one needs more time.',
  });
}

function memoryError(taken: number): LimitError {
  return new LimitError(
    `The command took ${(taken / 2 ** 20).toFixed(0)} MiB of memory, more than --memory-limit, and was ended.`,
    { hint: 'Give it more, or less to do: fewer images, fewer layers, smaller batches.' },
  );
}

function breakdown(signal: NodeJS.Signals): SemblanceError {
  const what =
    signal === 'SIGKILL'
      ? 'The command was ended from outside (SIGKILL), most likely because the machine ran out of memory.'
      : `The command broke down (${signal}): out of memory, or a fault in a native library or in what it was given.`;
  return new SemblanceError(what, { hint: 'Try it with fewer or smaller inputs; --memory-limit ends it before that.' });
}
