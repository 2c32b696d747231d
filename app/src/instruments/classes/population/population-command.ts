import { shellQuote } from '../class-command.ts';

/** The study's command with an option set anew, whatever it was before. */
export function withOption(command: string, option: '--at-accuracy' | '--subtree', value: string): string {
  const words = command.match(/'(?:[^']|'\\'')*'|\S+/g) ?? [];
  const kept: string[] = [];
  for (let i = 0; i < words.length; i++) {
    if (words[i] === option) i++;
    else if (!words[i]!.startsWith(`${option}=`)) kept.push(words[i]!);
  }
  return `${kept.join(' ')} ${option} ${shellQuote(value)}`;
}
