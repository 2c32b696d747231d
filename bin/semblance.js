#!/usr/bin/env node
const argv = process.argv.slice(2);
// Without a word a person sees the page of all studies; a pipe gets the help.
if (argv.length === 0 && process.stdout.isTTY && process.stderr.isTTY) argv.push('open', '--home');
// What only prints needs nobody to watch it.
const prints = argv.length === 0 || argv.some((argument) => ['-h', '--help', '-V', '--version'].includes(argument));
if (prints) {
  const [{ run }, { processIo }] = await Promise.all([
    import('../dist/cli/main.js'),
    import('../dist/cli/terminal/io.js'),
  ]);
  process.exitCode = await run(argv, processIo(argv, new AbortController().signal));
} else {
  const { supervise } = await import('../dist/cli/supervision/supervise.js');
  process.exitCode = await supervise(argv);
}
