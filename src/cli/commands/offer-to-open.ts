import { createInterface } from 'node:readline/promises';
import type { ShowOptions } from '../arguments/show-flags.ts';
import type { CliIo } from '../terminal/io.ts';
import { showStudies } from './show-studies.ts';

/**
 * After a result: on a terminal, offers to open the study in the browser and stays up if the person wants it; elsewhere
 * does nothing, so that pipelines end.
 */
export async function offerToOpen(folder: string, options: ShowOptions, io: CliIo): Promise<void> {
  if (!io.isTerminal || !process.stdin.isTTY || io.env.CI || !options.open) return;
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question('Enter opens it in the browser, q leaves: ', { signal: io.signal });
    if (/^q/i.test(answer.trim())) return;
  } finally {
    prompt.close();
  }
  await showStudies([folder], options, io);
}
