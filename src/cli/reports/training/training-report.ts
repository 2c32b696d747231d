import { withOneLineTexts } from '../../../base/one-line.ts';
import type { ClassRow } from '../../../study/classes-section.ts';
import type { StudyManifest } from '../../../study/manifest.ts';
import type { PicturesSection } from '../../../study/pictures-section.ts';
import { readStudyMatrix, readStudyTable } from '../../../study/read-study.ts';
import type { StudyStore } from '../../../study/store.ts';
import type { TrainingRunEntry, TrainingSection } from '../../../study/training-section.ts';
import type { CliIo, Colors } from '../../terminal/io.ts';
import { sparkline } from '../../terminal/sparkline.ts';
import { type Column, formatTable } from '../../terminal/table.ts';
import { findingsText } from '../findings-report.ts';
import { picturesText } from '../pictures-report.ts';
import { shortClassNames } from '../short-class-names.ts';
import { curveSummary, figure, type RunWithCurves, readRuns, shownCurves, valueAt } from './training-curves.ts';
import { phasesText } from './training-phases.ts';

/** Widest drawing of a curve. */
const SPARK_WIDTH = 40;
/** Files and changes of one kind are listed up to this many. */
const LISTED = 6;
/** Epochs at which runs are set side by side. */
const COMPARED_EPOCHS = 6;
const MAIN_CURVES = new Set(['accuracy', 'sai.ncsm_scsm', 'idm.network.errorsOnly', 'wsi.max']);
const INDENT = '  ';

/**
 * What `semblance training` prints for a person: each run's curves and phases, then the runs at the same epochs.
 * @param options.brief only the main curves, and neither phases nor files
 */
export async function trainingReport(
  study: StudyManifest,
  store: StudyStore,
  folder: string,
  io: CliIo,
  { brief = false } = {},
): Promise<string> {
  const manifest = withOneLineTexts(study);
  const section = manifest.instruments.training!;
  const runs = await readRuns(manifest, store);
  let text = await findingsText(manifest, store, 'training', io);
  text += runs.map((entry) => `${runText(entry, section, io, brief)}\n`).join('');
  if (runs.length > 1) text += `${comparisonText(runs, io.colors)}\n`;
  text += settingsText(section, io.colors);
  if (section.matricesKept !== null) text += `${section.matricesKept}\n`;
  if (section.pictures && !brief)
    text += await samplePicturesText(section, section.pictures, manifest, store, io.colors);
  return `${text}${io.colors.bold('study')}   ${folder}\n`;
}

/** The pictures of the study, and how many test samples of each run have one. */
async function samplePicturesText(
  section: TrainingSection,
  pictures: PicturesSection,
  manifest: StudyManifest,
  store: StudyStore,
  colors: Colors,
): Promise<string> {
  const classes = await readStudyTable<ClassRow>(store, manifest, section.classes);
  let text = await picturesText(pictures, await shortClassNames(classes), manifest, store, colors);
  for (const { name, pictures: path } of section.runs) {
    if (path === undefined) {
      text += `  ${name}: no samples.jsonl says which pictures its test samples are, so mistakes are shown without\n`;
      continue;
    }
    const tiles = await readStudyMatrix(store, manifest, path);
    const shown = tiles.data.reduce((sum, tile) => sum + Number(tile >= 0), 0);
    text += `  ${name}: pictures of ${shown} of ${tiles.rows} test samples\n`;
  }
  return text;
}

function runText(entry: RunWithCurves, section: TrainingSection, io: CliIo, brief: boolean): string {
  const { run } = entry;
  const { colors } = io;
  const measured = run.epochs.length;
  const range = measured === 0 ? '' : ` (${run.epochs[0]} … ${run.epochs.at(-1)})`;
  const facts = [
    run.folder,
    `${measured} ${measured === 1 ? 'epoch' : 'epochs'}${range}`,
    `${section.labels.classes} classes`,
    ...(run.head === null ? [] : [`head ${run.head}`]),
  ];
  let text = `${colors.bold(run.name)}  ${colors.dim(facts.join(', '))}\n`;
  text += curveTable(entry, io, brief);
  if (brief) return text;
  text += phasesText(run, colors);
  text += learningRateText(run);
  for (const { message } of run.warnings) text += `${INDENT}${colors.yellow('warning')} ${message}\n`;
  text += missingText(run, colors);
  for (const { file, message } of run.problems)
    text += `${INDENT}${colors.yellow('problem')} ${aboutFile(file, message)}\n`;
  for (const { file, reason } of run.skipped.slice(0, LISTED))
    text += colors.dim(`${INDENT}skipped ${file}: ${reason}\n`);
  if (run.skipped.length > LISTED) text += colors.dim(`${INDENT}skipped ${run.skipped.length - LISTED} more\n`);
  return text;
}

/** A message names its file by itself unless it comes from deeper down. */
export function aboutFile(file: string, message: string): string {
  return message.includes(file) ? message : `${file}: ${message}`;
}

function curveTable({ run, curves }: RunWithCurves, io: CliIo, brief: boolean): string {
  const { colors } = io;
  const width = Math.max(8, Math.min(SPARK_WIDTH, curves.epochs.length, io.columns - 70));
  const at = (epoch: number): number => curves.epochs.indexOf(epoch);
  const all = shownCurves(curves);
  const rows = (brief ? all.filter(({ curve }) => MAIN_CURVES.has(curve)) : all).map((shown) => {
    const found = curveSummary(curves, shown)!;
    const beside = (end: 'chance' | 'z' | 'density', digits: number): string =>
      shown.beside.includes(end)
        ? colors.dim(figure(curves.values[`${shown.curve}.${end}`]![at(found.last.epoch)], digits))
        : '';
    return [
      shown.title,
      sparkline(curves.values[shown.curve]!, width),
      figure(found.first.value),
      figure(found.best.value),
      colors.dim(`@${found.best.epoch}`),
      figure(found.last.value),
      beside('chance', 4),
      beside('z', 1),
      beside('density', 3),
    ];
  });
  if (rows.length === 0) return `${INDENT}${run.epochs.length === 0 ? 'no epoch could be read' : 'no curves'}\n`;
  const right = (title: string): Column => ({ title: colors.dim(title), align: 'right' });
  const columns: Column[] = [
    { title: '' },
    { title: colors.dim(`${curves.epochs[0]} … ${curves.epochs.at(-1)}`) },
    right('first'),
    right('best'),
    { title: '' },
    right('last'),
    right('chance'),
    right('z'),
    right('density'),
  ];
  return formatTable(columns, rows, INDENT);
}

function learningRateText({ learningRateChanges: changes }: TrainingRunEntry): string {
  if (changes.length === 0) return '';
  const shown = changes.slice(0, LISTED).map(({ epoch, from, to }) => `${short(from)} → ${short(to)} at ${epoch}`);
  const more = changes.length > LISTED ? ` and ${changes.length - LISTED} more` : '';
  return `${INDENT}rate    ${shown.join(', ')}${more}\n`;
}

/** One line for each input that would turn measures on. */
function missingText({ missing }: TrainingRunEntry, colors: Colors): string {
  const byReason = new Map<string, string[]>();
  for (const [measure, reason] of Object.entries(missing))
    byReason.set(reason, [...(byReason.get(reason) ?? []), measure]);
  return [...byReason]
    .map(([reason, measures]) => colors.dim(`${INDENT}missing ${measures.join(', ')}: ${reason}\n`))
    .join('');
}

/** The runs at epochs that all of them have. */
function comparisonText(runs: readonly RunWithCurves[], colors: Colors): string {
  const [first] = runs;
  const shared = first!.run.epochs.filter((epoch) => runs.every(({ run }) => run.epochs.includes(epoch)));
  const text = `${colors.bold('runs at the same epochs')}\n`;
  if (shared.length === 0) return `${text}${INDENT}The runs have no epoch in common.\n`;
  const epochs = spread(shared, COMPARED_EPOCHS);
  const compared: [string, string, number][] = [
    ['accuracy', 'accuracy', 4],
    ['sai.ncsm_scsm', 'SAI NCSM·SCSM', 4],
    ['sai.ncsm_scsm.z', 'its z above chance', 1],
    ['idm.network.errorsOnly', 'NIDM, errors only', 4],
    ['wsi.max', 'WSI max', 4],
  ];
  const rows = compared.flatMap(([curve, title, digits]) =>
    runs.some(({ curves }) => curves.values[curve])
      ? runs.map(({ run, curves }, i) => [
          i === 0 ? title : '',
          run.name,
          ...epochs.map((epoch) => figure(valueAt(curves, curve, epoch), digits)),
        ])
      : [],
  );
  const columns: Column[] = [
    { title: '' },
    { title: colors.dim('epoch') },
    ...epochs.map((epoch): Column => ({ title: colors.dim(String(epoch)), align: 'right' })),
  ];
  return text + formatTable(columns, rows, INDENT);
}

/** The first and the last of a list and others between, denser at the beginning, where most happens. */
export function spread(list: readonly number[], count: number): number[] {
  if (list.length <= count) return [...list];
  const places = Array.from({ length: count }, (_, i) => Math.round((list.length - 1) * (i / (count - 1)) ** 1.7));
  return [...new Set(places.map((place, i) => Math.max(place, i)))].map((place) => list[place]!);
}

function settingsText(section: TrainingSection, colors: Colors): string {
  const { semantic, q, ties, labels, ssimOrder = 'index', furtherReferences = [] } = section;
  const reference = semantic
    ? `SCSM: ${semantic.title}`
    : 'no SCSM: no class has a WordNet sense (name them with --labels)';
  const without = labels.classes - labels.resolved;
  const unnamed = semantic && without > 0 ? `, ${without} classes without a WordNet sense` : '';
  const beside = furtherReferences.map(({ id, title }) => `; “${id}”: ${title}`).join('');
  return colors.dim(
    `${reference}${unnamed}${beside}; WSI with q = ${q}; IDM with ties by ${ties === 'average' ? 'average rank' : 'index'}; SSIM with classes by ${ssimOrder === 'wordnet' ? 'WordNet' : ssimOrder}\n`,
  );
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
