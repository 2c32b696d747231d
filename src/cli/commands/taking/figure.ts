import { extname } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { decodeImage } from '../../../activations/images/decode-image.ts';
import { UsageError } from '../../../base/errors.ts';
import { whole } from '../../../base/option-table.ts';
import { drawFigure, FIGURES, figuresOf } from '../../../figures/catalogue.ts';
import { DEFAULT_WIDTH, type FigureChoices } from '../../../figures/figure.ts';
import { FIGURE_THEMES, type FigureThemeName } from '../../../figures/kit/theme.ts';
import { encodePng } from '../../../formats/png/encode-png.ts';
import { folderStore } from '../../../study/folder-store.ts';
import { readManifest } from '../../../study/read-study.ts';
import { refuseUnused } from '../../arguments/nothing-ignored.ts';
import { readValue } from '../../arguments/option-flags.ts';
import { requireFigureName, writeFigure } from '../../figure-files/write-figure.ts';
import { findStudy } from '../../inputs/find-study.ts';
import type { CliIo } from '../../terminal/io.ts';
import { formatTable } from '../../terminal/table.ts';

interface Flags {
  list: boolean;
  out?: string;
  theme: FigureThemeName;
  width: number;
  font?: string;
  model: string[];
  run: string[];
  epoch: number[];
  curve: string[];
  class: string[];
  layer: string[];
  measure?: string;
  order?: string;
  json: boolean;
  quiet: boolean;
}

const EXAMPLES = `
Without --out the SVG of one figure is printed. With several figures FILE.svg becomes FILE-KIND.svg for each. A PDF is
printed by an installed Chromium, a PNG has twice as many pixels as the figure.

Examples:
  semblance figure STUDY --list
  semblance figure STUDY curves --run tiny-imagenet-cnn --out curves.pdf --width 85mm
  semblance figure STUDY class-map reference-map --out map.svg
  semblance figure STUDY epoch-maps --epoch 0 --epoch 5 --epoch 40 --theme dark --out maps.png
  semblance figure STUDY neighbours --class "tabby" --out tabby.svg
`;

const collect = (value: string, all: string[]): string[] => [...all, value];

export function addFigureCommand(program: Command, io: CliIo): void {
  const repeatable = (flags: string, description: string): Option =>
    new Option(flags, `${description}; repeatable`).argParser(collect).default([], 'all');
  program
    .command('figure')
    .description('Draw the figures of a study for print: SVG, PNG or PDF')
    .argument('<study>', "a study's folder")
    .argument('[kinds...]', 'figures by name; --list tells which there are')
    .option('--list', 'list the figures of the study, and of the others why it has none', false)
    .option('--out <file>', 'NAME.svg, NAME.png or NAME.pdf')
    .addOption(new Option('--theme <name>', 'colours').choices(Object.keys(FIGURE_THEMES)).default('paper'))
    .option('--width <width>', 'such as 85mm or 600 (pixels, 96 to the inch)', parseWidth, DEFAULT_WIDTH)
    .option('--font <families>', 'font families, best first')
    .addOption(repeatable('--model <name>', 'models, by id or name'))
    .addOption(repeatable('--run <name>', 'training runs, by id or name'))
    .addOption(
      new Option('--epoch <n>', 'epochs; repeatable')
        .argParser((value: string, all: number[]) => [...all, readValue(whole(0), value)])
        .default([], 'spread over the run'),
    )
    .addOption(repeatable('--curve <name>', 'curves, such as sai.ncsm_scsm'))
    .addOption(repeatable('--class <name>', 'classes, by name, part of one, or WordNet id'))
    .addOption(repeatable('--layer <name>', 'layers, by id or name'))
    .option('--measure <measure>', 'measure of alignment')
    .option('--order <order>', 'order of classes in maps: wordnet or index')
    .option('--json', 'print one JSON object', false)
    .option('-q, --quiet', 'no talk on stderr', false)
    .addHelpText('after', EXAMPLES)
    .action(async (study: string, kinds: string[], flags: Flags, command: Command) => {
      refuseUnused(command, [
        { options: ['out', ...DRAWING_FLAGS], isUsed: !flags.list, needs: 'a figure; --list draws nothing' },
      ]);
      const store = folderStore(await findStudy(study, io));
      if (flags.list) {
        if (kinds.length > 0) throw new UsageError('--list draws nothing: leave out the figures.');
        const listed = figuresOf(await readManifest(store));
        if (flags.json) io.stdout(`${JSON.stringify({ schemaVersion: 1, figures: listed.map(toJson) }, null, 2)}\n`);
        else io.stdout(listText(listed, io));
        return;
      }
      if (kinds.length === 0)
        throw new UsageError('No figure was named.', {
          hint: `semblance figure STUDY --list; there are ${FIGURES.map(({ id }) => id).join(', ')}.`,
        });
      if (flags.out !== undefined) requireFigureName(flags.out);
      else if (kinds.length > 1) throw new UsageError('Several figures need --out FILE.svg, .png or .pdf.');
      else if (flags.json) throw new UsageError('--json needs --out, since the SVG is what is printed without.');
      const written: { kind: string; path: string }[] = [];
      for (const kind of kinds) {
        const { theme, width, font } = flags;
        const style = { theme, width, ...(font === undefined ? {} : { font }) };
        const svg = await drawFigure(store, kind, {
          ...style,
          choices: choicesOf(flags),
          encode: encodePng,
          decode: decodeImage,
        });
        if (flags.out === undefined) {
          io.stdout(svg);
          continue;
        }
        const ending = extname(flags.out);
        const name = kinds.length === 1 ? flags.out : `${flags.out.slice(0, -ending.length)}-${kind}${ending}`;
        await writeFigure(name, svg, io);
        written.push({ kind, path: name });
        if (!flags.json && !flags.quiet) io.stderr(`Written: ${name}\n`);
      }
      if (flags.json)
        io.stdout(`${JSON.stringify({ schemaVersion: 1, command: 'figure', figures: written }, null, 2)}\n`);
    });
}

/** Only what was given: a figure refuses what it cannot use. */
function choicesOf({ model, run, epoch, curve, class: classes, layer, measure, order }: Flags): FigureChoices {
  return {
    ...(model.length > 0 ? { models: model } : {}),
    ...(run.length > 0 ? { runs: run } : {}),
    ...(epoch.length > 0 ? { epochs: epoch } : {}),
    ...(curve.length > 0 ? { curves: curve } : {}),
    ...(classes.length > 0 ? { classes } : {}),
    ...(layer.length > 0 ? { layers: layer } : {}),
    ...(measure === undefined ? {} : { measure }),
    ...(order === undefined ? {} : { order }),
  };
}

type Listed = ReturnType<typeof figuresOf>[number];

function toJson({ kind: { id, instrument, title, choices }, lacks }: Listed) {
  return { id, instrument, title, choices, available: lacks === undefined, ...(lacks ? { reason: lacks } : {}) };
}

function listText(listed: readonly Listed[], { colors }: CliIo): string {
  const rows = listed.map(({ kind, lacks }) => [
    lacks ? colors.dim(kind.id) : kind.id,
    colors.dim(kind.instrument),
    lacks ? colors.dim(`not here: ${lacks}`) : kind.title,
    lacks ? '' : colors.dim(kind.choices.map((choice) => `--${FLAG_OF[choice]}`).join(' ')),
  ]);
  return formatTable(
    ['figure', '', '', 'takes'].map((title) => ({ title: colors.dim(title) })),
    rows,
  );
}

const FLAG_OF = {
  models: 'model',
  runs: 'run',
  epochs: 'epoch',
  curves: 'curve',
  classes: 'class',
  layers: 'layer',
  measure: 'measure',
  order: 'order',
} as const;

/** What says how a figure is drawn. */
const DRAWING_FLAGS = ['theme', 'width', 'font', ...Object.values(FLAG_OF)];

/** "85mm", "3in", "600" or "600px" as CSS pixels. */
function parseWidth(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(mm|cm|in|px)?$/.exec(text.trim());
  const factor = { mm: 96 / 25.4, cm: 96 / 2.54, in: 96, px: 1 }[match?.[2] ?? 'px']!;
  const width = match ? Math.round(Number(match[1]) * factor) : Number.NaN;
  if (!(width >= 240 && width <= 4000))
    throw new InvalidArgumentError('It must be a width such as 85mm, 3in or 600, from 240 to 4000 pixels.');
  return width;
}
