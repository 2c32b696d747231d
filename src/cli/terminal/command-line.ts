/** The command as one line that a shell takes back as it was. */
export function commandLine(command: string, args: readonly string[]): string {
  return ['semblance', command, ...args.map(quote)].join(' ');
}

function quote(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
