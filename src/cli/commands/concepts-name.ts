import { type Command, InvalidArgumentError, Option } from 'commander';
import { decodeImage } from '../../activations/images/decode-image.ts';
import { type AgreementSummary, summariseAgreement } from '../../analyses/concepts/naming/agreement-summary.ts';
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
import { numberCell } from '../terminal/table.ts';

interface Flags {
  nameWith: NamingProvider;
  nameModel?: string;
  nameEndpoint?: string;
  count?: number;
  again: boolean;
  dryRun: boolean;
  seed?: number;
  json: boolean;
}

const EXAMPLES = `
The collages of the shortlisted concepts, the names of their classes and of the two models are sent to the service that
you name, and to no other; answers are kept in concept-notes.json of the study, names and notes of your own are left alone.
The key is taken from OPENAI_API_KEY or ANTHROPIC_API_KEY.

Each concept is asked about twice, in random order and with the same words: its own collages, and a control of patches of all
concepts of its class, dealt at random. Where both get the same name, the name says nothing of the concept.

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
    .option('--seed <n>', 'seed of the random orders and the controls (default: 0)')
    .option('--dry-run', 'say what would be sent, and send nothing', false)
    .option('--json', 'print one JSON object', false);
  command.addHelpText('after', EXAMPLES).action(async (study: string) => {
    // "concepts" has --seed and --json too, and reads them wherever they stand.
    const flags = command.optsWithGlobals<Flags>();
    const store = folderStore(await findStudy(study, io));
    const service = namingService(
      flags.nameWith,
      flags.nameModel,
      flags.nameEndpoint,
      flags.dryRun ? { ...io.env, OPENAI_API_KEY: '-', ANTHROPIC_API_KEY: '-' } : io.env,
    );
    const plan = await planNaming(store, {
      again: flags.again,
      ...(flags.seed !== undefined && { seed: flags.seed }),
      ...(flags.count !== undefined && { count: flags.count }),
    });
    io.stderr(announcement(plan, service, flags.dryRun));
    const { provider, model, endpoint } = service;
    const print = (parts: object): void =>
      io.stdout(
        `${JSON.stringify({ schemaVersion: 1, command: 'concepts name', provider, model, endpoint, seed: plan.seed, ...parts }, null, 2)}\n`,
      );
    if (flags.dryRun && flags.json) {
      print({ dryRun: true, questions: plan.jobs.map(({ key, prompt }) => ({ key, prompt })) });
      return;
    }
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
    const summary = summariseAgreement(answers);
    if (flags.json) {
      print({ agreement: summary, concepts: answers });
      return;
    }
    for (const { key, answer, control, agreement } of answers)
      io.stdout(
        `${io.colors.bold(key)}\n${answer}\n${io.colors.dim('shuffled control')}  ${control}\n${io.colors.dim('agreement')}  ${numberCell(agreement)}\n\n`,
      );
    if (answers.length > 0) io.stdout(`${summaryText(summary)}\n`);
  });
}

function announcement(
  { jobs, answered }: NamingPlan,
  { provider, model, endpoint }: NamingService,
  dryRun: boolean,
): string {
  const known = answered > 0 ? ` ${answered} have an answer already (--again asks once more).` : '';
  if (jobs.length === 0) return `There is nothing to ask.${known}\n`;
  const what = `the collages of ${jobs.length} ${jobs.length === 1 ? 'concept and a shuffled control' : 'concepts and as many shuffled controls'} (patches of your images), the names of their classes and of both models`;
  return `${dryRun ? 'Would send' : 'Sending'} ${what} to ${endpoint} (${provider}, ${model}).${known}\n`;
}

function summaryText({ compared, mean, low, high }: AgreementSummary): string {
  if (mean === null)
    return 'No name could be compared with that of its control: the answers are not the JSON asked for.';
  const interval = low === null || high === null ? '' : ` (${numberCell(low)} … ${numberCell(high)})`;
  return `Names agree with those of shuffled controls by ${numberCell(mean)}${interval} over ${compared} ${compared === 1 ? 'concept' : 'concepts'}; 1 is the same words: such a name says nothing of the concept.`;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number above 0.');
}
