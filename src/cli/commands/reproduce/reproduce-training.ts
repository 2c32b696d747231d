import type { TrainingOptions } from '../../../analyses/training/options.ts';
import type { RunArgument } from '../../arguments/model-flags.ts';
import { findLandmark, type Landmarks, landmarkText, valuesAt } from '../../reports/training/landmarks.ts';
import { figure, type RunWithCurves, readRuns } from '../../reports/training/training-curves.ts';
import type { CliIo } from '../../terminal/io.ts';
import { type Column, formatTable, numberColumn } from '../../terminal/table.ts';
import { readRunArguments, runTraining } from '../training-run.ts';

/** Prints what a paper prints of its training runs, beside runs of one's own where some are given. */
export async function reproduceTraining(
  recipe: Landmarks,
  runs: readonly RunArgument[],
  { out, json, quiet }: { out?: string | undefined; json: boolean; quiet: boolean },
  line: string,
  io: CliIo,
): Promise<void> {
  const options: TrainingOptions = { command: line };
  const study =
    runs.length === 0
      ? undefined
      : await runTraining(
          await readRunArguments(runs, io),
          options,
          { ...(out === undefined ? {} : { out }), quiet },
          io,
        );
  const own = study ? await readRuns(study.manifest, study.store) : [];
  if (json) io.stdout(`${JSON.stringify(reproductionJson(recipe, own, study?.folder), null, 2)}\n`);
  else io.stdout(reproductionText(recipe, own, study?.folder, io));
}

function reproductionJson(recipe: Landmarks, own: readonly RunWithCurves[], folder: string | undefined) {
  const ofRuns = <T>(find: (run: RunWithCurves) => T) =>
    own.map((entry) => ({ run: entry.run.id, name: entry.run.name, ...find(entry) }));
  return {
    schemaVersion: 1,
    command: 'reproduce',
    recipe: recipe.name,
    landmarks: recipe.landmarks.map((landmark) => ({
      ...landmark,
      ours: ofRuns((run) => findLandmark(run, landmark)),
    })),
    tables: recipe.tables.map(({ title, epochs, rows }) => ({
      title,
      epochs,
      rows: rows.map((row) => ({
        ...row,
        ours: ofRuns((run) => ({ values: valuesAt(run, row.curve, epochs) })),
      })),
    })),
    study: folder ?? null,
  };
}

function reproductionText(
  recipe: Landmarks,
  own: readonly RunWithCurves[],
  folder: string | undefined,
  { colors }: CliIo,
): string {
  const right = (title: string): Column => numberColumn(colors.dim(title));
  const names = own.map(({ run }) => run.name);
  let text = `${colors.bold(recipe.name)}  epochs as the paper prints them${own.length > 0 ? ', beside yours' : ''}\n`;
  text += formatTable(
    [{ title: '' }, right('published'), ...names.map(right)],
    recipe.landmarks.map((landmark) => [
      landmark.title,
      landmark.published,
      ...own.map((run) => landmarkText(findLandmark(run, landmark), landmark.take)),
    ]),
    '  ',
  );
  for (const { title, epochs, rows } of recipe.tables) {
    text += `\n${colors.bold(title)}  at epochs ${epochs.join(' and ')}${own.length > 0 ? '; yours at the nearest within, in brackets' : ''}\n`;
    text += formatTable(
      [{ title: '' }, right('published'), ...names.map(right)],
      rows.map((row) => [
        row.title,
        row.published.map((value) => value.toFixed(3)).join(' → '),
        ...own.map((run) =>
          valuesAt(run, row.curve, epochs)
            .map((point) => (point ? `${figure(point.value, 3)} (${point.epoch})` : '–'))
            .join(' → '),
        ),
      ]),
      '  ',
    );
  }
  return folder === undefined ? text : `${text}\n${colors.bold('study')}   ${folder}\n`;
}
