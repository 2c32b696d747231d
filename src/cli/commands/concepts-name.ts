import { type Command, InvalidArgumentError, Option } from 'commander';
import { decodeImage } from '../../activations/images/decode-image.ts';
import { type NamingPlan, nameConcepts, planNaming } from '../../analyses/concepts/naming/name-concepts.ts';
import {
  NAMING_PROVIDERS,
  type NamingProvider,
  type NamingService,
  namingService,
} from '../../analyses/concepts/naming/provider.ts';
import { encodePng } from '../../formats/png/encode-png.ts';
import { folderStore } from '../../study/folder-store.ts';
import { findStudy } from '../inputs/find-study.ts';
import type { CliIo } from '../terminal/io.ts';
import { progressBar } from '../terminal/progress-bar.ts';

interface Flags {
  nameWith: NamingProvider;
  nameModel?: string;
  nameEndpoint?: string;
  count?: number;
  again: boolean;
  dryRun: boolean;
}

const EXAMPLES = `
The collages of the shortlisted concepts, the names of their classes and of the two models are sent to the service that
you name, and to no other; answers are kept in concept-notes.json of the study, names and notes of your own are left alone.
The key is taken from OPENAI_API_KEY or ANTHROPIC_API_KEY.

Examples:
  semblance concepts name ./semblance-studies/a-b-12345678 --name-with anthropic --name-model MODEL --count 5
  semblance concepts name ./STUDY --name-with openai --name-model MODEL --name-endpoint http://127.0.0.1:11434/v1
  semblance concepts name ./STUDY --name-with openai --name-model MODEL --dry-run
`;

export function addNameCommand(concepts: Command, io: CliIo): void {
  const command = concepts
    .command('name')
    .description('Ask a language model what the shortlisted concepts of a study show')
    .argument('<study>', 'folder of a study of concepts')
    .addOption(
      new Option('--name-with <provider>', 'whose language the service speaks')
        .choices([...NAMING_PROVIDERS])
        .makeOptionMandatory(),
    )
    .option('--name-model <model>', 'the model to ask')
    .option('--name-endpoint <url>', "base address of the service (default: the provider's own)")
    .option('--count <n>', 'ask about no more concepts than this', wholeNumber)
    .option('--again', 'ask about concepts too that have an answer', false)
    .option('--dry-run', 'say what would be sent, and send nothing', false);
  command.addHelpText('after', EXAMPLES).action(async (study: string, flags: Flags) => {
    const store = folderStore(await findStudy(study, io));
    const service = namingService(
      flags.nameWith,
      flags.nameModel,
      flags.nameEndpoint,
      flags.dryRun ? { ...io.env, OPENAI_API_KEY: '-', ANTHROPIC_API_KEY: '-' } : io.env,
    );
    const plan = await planNaming(store, {
      again: flags.again,
      ...(flags.count !== undefined && { count: flags.count }),
    });
    io.stderr(announcement(plan, service, flags.dryRun));
    if (flags.dryRun) {
      for (const { key, prompt } of plan.jobs) io.stdout(`${key}\n${prompt}\n\n`);
      return;
    }
    const bar = progressBar(io, false);
    const platform = { decode: decodeImage, encode: encodePng, fetch: globalThis.fetch };
    const answers = await nameConcepts(store, plan, service, platform, {
      signal: io.signal,
      onProgress: bar.report,
    }).finally(() => bar.done());
    for (const { key, answer } of answers) io.stdout(`${io.colors.bold(key)}\n${answer}\n\n`);
  });
}

function announcement(
  { jobs, answered }: NamingPlan,
  { provider, model, endpoint }: NamingService,
  dryRun: boolean,
): string {
  const known = answered > 0 ? ` ${answered} have an answer already (--again asks once more).` : '';
  if (jobs.length === 0) return `There is nothing to ask.${known}\n`;
  const what = `the collages of ${jobs.length} ${jobs.length === 1 ? 'concept' : 'concepts'} (patches of your images), the names of their classes and of both models`;
  return `${dryRun ? 'Would send' : 'Sending'} ${what} to ${endpoint} (${provider}, ${model}).${known}\n`;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number above 0.');
}
