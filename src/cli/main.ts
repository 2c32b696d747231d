import { Command, CommanderError } from 'commander';
import { EXIT_CODES } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import { refuseRepeats } from './arguments/nothing-ignored.ts';
import { readValue } from './arguments/option-flags.ts';
import { addStub, COMMANDS, calledCommand } from './command-table.ts';
import { LIMIT_OPTIONS } from './supervision/command-limits.ts';
import type { CliIo } from './terminal/io.ts';
import { reportError } from './terminal/report-error.ts';

const EPILOGUE = `
Examples:
  semblance resnet50.safetensors                           look at a model, a folder of models, a study in the browser
  semblance classes resnet50.safetensors                   which classes the weights make alike
  semblance classes a.tflite b.onnx                        two networks against each other
  semblance classes resnet20.th --labels cifar-10          say what the rows of the head are
  semblance training runs/a runs/b                         how similarity grew over the epochs of two runs
  semblance training runs/a --watch                        follow a run while it trains
  semblance representations model.onnx --images DIR        which images are alike to the network
  semblance concepts a.onnx b.onnx --images DIR            what one network knows and the other does not
  semblance figure STUDY curves --out curves.pdf           a figure for print
  semblance table STUDY curves --csv                       its numbers, for R, pandas or LaTeX
  semblance open                                           the newest study in the browser

Exit codes: 0 ok, 1 internal error, 2 usage, 3 unreadable or unsupported input, 4 inputs not comparable,
  5 optional runtime missing, 6 a threshold asked for was not met, 130 interrupted, 143 ended.

Nothing is sent anywhere: the only traffic is a model that you name by URL, and "concepts name", which sends
collages to the language model that you name.
`;

/**
 * Runs the command line.
 * @param argv Arguments behind the program's name.
 * @param io Where it reads from and writes to.
 * @returns The exit code.
 */
export async function run(argv: readonly string[], io: CliIo): Promise<number> {
  const program = await createProgram(io, calledCommand(argv));
  try {
    // Without a word there is nothing to look at.
    await program.parseAsync(argv.length === 0 ? ['--help'] : [...argv], { from: 'user' });
    return Number(program.getOptionValue('exitCode') ?? EXIT_CODES.ok);
  } catch (error) {
    return report(error, io, argv);
  }
}

/** The program with the command that is called for, and the others as help lists them. */
async function createProgram(io: CliIo, called: string | undefined): Promise<Command> {
  const program = new Command('semblance')
    .description('Opens a trained vision network and shows what the network sees as similar.')
    .version(`semblance ${VERSION} (Node ${process.versions.node})`, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EPILOGUE)
    .showSuggestionAfterError(true)
    .showHelpAfterError('Run semblance --help for the commands, or semblance COMMAND --help for one.')
    .configureOutput({ writeOut: (text) => io.stdout(text), writeErr: (text) => io.stderr(text) })
    .exitOverride();
  for (const [name, entry] of Object.entries(COMMANDS)) {
    if (name === called) (await entry.load())(program, io);
    else addStub(program, name, entry);
  }
  for (const command of program.commands) {
    command.copyInheritedSettings(program).option('--no-color', 'print without colours');
    for (const each of [command, ...command.commands]) {
      for (const { flag, kind, help } of Object.values(LIMIT_OPTIONS))
        each.option(`${flag} ${kind.value}`, help, (text) => readValue(kind, text));
      refuseRepeats(each);
    }
  }
  return program;
}

function report(error: unknown, io: CliIo, argv: readonly string[]): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
  if (!io.signal.aborted && (error as Error)?.name !== 'AbortError') return reportError(error, io, argv);
  io.stderr('Interrupted.\n');
  return EXIT_CODES.interrupted;
}
