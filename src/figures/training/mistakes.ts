import { withMinus } from '../../base/number-text.ts';
import type { ClassRow } from '../../study/classes-section.ts';
import { readStudyMatrix, readStudyTable } from '../../study/read-study.ts';
import type { TrainingRunEntry } from '../../study/training-section.ts';
import { type FigureContext, type FigureKind, sourceLine } from '../figure.ts';
import { clip } from '../kit/drawing.ts';
import { tileReader } from '../kit/sheet-tiles.ts';
import { runCurves } from './curves.ts';
import { epochsOf } from './epochs.ts';

/** Side of a picture, and from one to the next, in CSS pixels. */
const SIDE = 64;
const STEP = 76;

interface PicturedMistake {
  tile: number;
  target: number;
  prediction: number;
  /** Rank of the predicted class among those most alike to the true one by the reference; NaN where unknown. */
  semanticRank: number;
  /** Cosine of the sample to the template of its class; NaN where unknown. */
  templateCosine: number;
}

/** The rows of a figure: which mistakes come first, and what is said below each. */
const ROWS: readonly {
  title: string;
  value: (mistake: PicturedMistake) => number;
  sign: 1 | -1;
  note: (mistake: PicturedMistake, classes: number) => string;
}[] = [
  {
    title: 'Farthest in meaning: rank of the predicted class by the reference',
    value: ({ semanticRank }) => semanticRank,
    sign: -1,
    note: ({ semanticRank }, classes) => `rank ${semanticRank} of ${classes - 1}`,
  },
  {
    title: 'Most typical of their class: cosine to its template',
    value: ({ templateCosine }) => templateCosine,
    sign: -1,
    note: ({ templateCosine }) => withMinus(templateCosine.toFixed(2)),
  },
  {
    title: 'Least typical of their class',
    value: ({ templateCosine }) => templateCosine,
    sign: 1,
    note: ({ templateCosine }) => withMinus(templateCosine.toFixed(2)),
  },
];

/** Epochs of a run whose mistakes the study keeps. */
const keptEpochs = ({ matrices }: TrainingRunEntry): number[] =>
  matrices.filter(({ mistakes }) => mistakes !== null).map(({ epoch }) => epoch);

export const mistakePictures: FigureKind = {
  id: 'mistakes',
  instrument: 'training',
  title: 'Mistakes with their pictures: farthest in meaning, most and least typical of their class',
  choices: ['runs', 'epochs'],
  lacks: ({ instruments: { training } }) =>
    training?.pictures && training.runs.some((run) => run.pictures !== undefined && keptEpochs(run).length > 0)
      ? undefined
      : 'it has no pictures of mistakes (--images)',
  async draw(context) {
    const section = context.manifest.instruments.training!;
    const classes = await readStudyTable<ClassRow>(context.store, context.manifest, section.classes);
    const names = classes.map(({ name }) => name.split(',')[0]!);
    const tileOf = tileReader(context, section.pictures!);
    const d = context.drawing();
    const most = Math.floor((d.right - d.left + STEP - SIDE) / STEP);
    let y = d.heading(
      'Mistakes on the test split',
      'Below each picture: its class, what it was taken for, and the value by which the row is sorted.',
    );
    for (const entry of await runCurves(context)) {
      const epochs = keptEpochs(entry.run);
      if (entry.run.pictures === undefined || epochs.length === 0) continue;
      for (const epoch of epochsOf(context, entry, epochs, 1)) {
        const mistakes = await picturedMistakes(context, entry.run, epoch);
        y += 20;
        d.text(d.left, y, `${entry.run.name}, epoch ${epoch}`, { bold: true });
        for (const { title, value, sign, note } of ROWS) {
          const shown = mistakes
            .filter((mistake) => !Number.isNaN(value(mistake)))
            .sort((a, b) => sign * (value(a) - value(b)) || a.tile - b.tile)
            .slice(0, most);
          if (shown.length === 0) continue;
          y += 18;
          d.text(d.left, y, title, { fill: d.theme.muted });
          y += 8;
          for (const [k, mistake] of shown.entries()) {
            const x = d.left + k * STEP;
            d.image(x, y, SIDE, SIDE, await tileOf(mistake.tile));
            const lines = [names[mistake.target]!, `→ ${names[mistake.prediction]}`, note(mistake, names.length)];
            for (const [l, line] of lines.entries())
              d.text(x, y + SIDE + 11 + l * 10, clip(line, STEP - 8, 8.5), {
                size: 8.5,
                ...(l > 0 && { fill: d.theme.muted }),
              });
          }
          y += SIDE + 34;
        }
      }
    }
    return d.finish(y, 'Mistakes', sourceLine(context.manifest, 'training'));
  },
};

/** The mistakes of an epoch of which there are pictures, by the columns that the study names. */
async function picturedMistakes(
  { manifest, store }: FigureContext,
  run: TrainingRunEntry,
  epoch: number,
): Promise<PicturedMistake[]> {
  const { mistakes } = run.matrices.find((kept) => kept.epoch === epoch)!;
  const table = await readStudyMatrix(store, manifest, mistakes!);
  const tiles = await readStudyMatrix(store, manifest, run.pictures!);
  const columns = manifest.instruments.training!.mistakeColumns;
  return Array.from({ length: table.rows }, (_, i) => {
    const value = (name: string): number => {
      const at = columns.indexOf(name);
      return at < 0 ? Number.NaN : table.data[i * table.cols + at]!;
    };
    return {
      tile: tiles.data[value('sample')] ?? -1,
      target: value('target'),
      prediction: value('prediction'),
      semanticRank: value('semanticRank'),
      templateCosine: value('templateCosine'),
    };
  }).filter(({ tile }) => tile >= 0);
}
