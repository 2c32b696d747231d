import type { Command } from 'commander';
import type { CliIo } from './terminal/io.ts';

/** Adds one command to the program. Every file of a command exports one of these. */
export type AddCommand = (program: Command, io: CliIo) => void;

/** One command as help lists it, and where it is. */
export interface CommandEntry {
  /** Its arguments, such as "<study> [kinds...]". */
  arguments: string;
  summary: string;
  /** Not listed in help. */
  hidden?: boolean;
  load(): Promise<AddCommand>;
}

/**
 * The commands in the order of help. Names and summaries stand here so that help loads none of them: their parts are
 * many, and a command's module is loaded only when it is called for.
 */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  classes: {
    arguments: '<models...>',
    summary: "Class similarity from the classifier's weights alone, against WordNet and between networks",
    load: async () => (await import('./commands/classes.ts')).addClassesCommand,
  },
  training: {
    arguments: '<runs...>',
    summary: 'How similarity grew over the epochs of training runs, and whether the mistakes follow it',
    load: async () => (await import('./commands/training.ts')).addTrainingCommand,
  },
  representations: {
    arguments: '<models...>',
    summary: 'Which images are alike to a network, layer by layer, wherever their content stands in the frame',
    load: async () => (await import('./commands/representations.ts')).addRepresentationsCommand,
  },
  concepts: {
    arguments: '<models...>',
    summary: 'Which concepts one network knows and the other does not, class by class, and whether they matter',
    load: async () => (await import('./commands/concepts.ts')).addConceptsCommand,
  },
  open: {
    arguments: '[study]',
    summary: 'Show a study in the browser, served from this machine alone',
    load: async () => (await import('./commands/open.ts')).addOpenCommand,
  },
  export: {
    arguments: '<study> <out>',
    summary: 'Write a study with the app that shows it, as one HTML file or as a static folder',
    load: async () => (await import('./commands/export.ts')).addExportCommand,
  },
  site: {
    arguments: '<out>',
    summary: 'Write the whole product as a static folder for any web server: it analyses what is dropped on its page',
    load: async () => (await import('./commands/site.ts')).addSiteCommand,
  },
  figure: {
    arguments: '<study> [kinds...]',
    summary: 'Draw the figures of a study for print: SVG, PNG or PDF',
    load: async () => (await import('./commands/taking/figure.ts')).addFigureCommand,
  },
  report: {
    arguments: '<study> <out>',
    summary: 'Write what a study found, with figures, methods and sources, as one HTML page or a PDF',
    load: async () => (await import('./commands/taking/report.ts')).addReportCommand,
  },
  table: {
    arguments: '<study> [name]',
    summary: 'Give a table, the curves or a matrix of a study as CSV, TSV, LaTeX or JSON',
    load: async () => (await import('./commands/taking/table.ts')).addTableCommand,
  },
  demo: {
    arguments: '',
    summary:
      'Analyse the bundled samples: training runs on 100 classes of Tiny-ImageNet, networks that know emoji, a concept that one of them lacks',
    load: async () => (await import('./commands/demo/demo.ts')).addDemoCommand,
  },
  reproduce: {
    arguments: '<recipe> [models...]',
    summary: "Set a paper's published values beside its networks, your models or your training runs",
    load: async () => (await import('./commands/reproduce/reproduce.ts')).addReproduceCommand,
  },
  worker: {
    arguments: '<engine>',
    summary: 'Match tiles for studies on other machines that were started with --engine, until it is stopped',
    load: async () => (await import('./commands/worker.ts')).addWorkerCommand,
  },
  doctor: {
    arguments: '[file]',
    summary: 'Look at what this machine offers, or into a model file: what it is, its head, and the next command',
    load: async () => (await import('./commands/doctor.ts')).addDoctorCommand,
  },
  look: {
    arguments: '[paths...]',
    summary: 'Look at anything: a model, a folder of models or of checkpoints, a study',
    hidden: true,
    load: async () => (await import('./commands/look.ts')).addLookCommand,
  },
};

/** The command that looks at paths given without one. */
const DEFAULT = 'look';

/**
 * The command whose module a call needs; undefined for help and version, which need none.
 * @param argv Arguments behind the program's name.
 */
export function calledCommand(argv: readonly string[]): string | undefined {
  if (argv.length === 0 || ['-h', '--help', '-V', '--version'].includes(argv[0]!)) return undefined;
  const words = argv.filter((argument) => !argument.startsWith('-'));
  if (words[0] === 'help') return words[1] !== undefined && Object.hasOwn(COMMANDS, words[1]) ? words[1] : undefined;
  return words[0] !== undefined && Object.hasOwn(COMMANDS, words[0]) ? words[0] : DEFAULT;
}

/** Adds a command as help lists it, without its module. */
export function addStub(program: Command, name: string, entry: CommandEntry): void {
  program.command(`${name} ${entry.arguments}`.trim(), { hidden: entry.hidden ?? false }).description(entry.summary);
}
