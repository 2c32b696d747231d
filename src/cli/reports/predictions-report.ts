import type { PredictionsEntry } from '../../study/predictions/predictions-section.ts';
import type { Colors } from '../terminal/io.ts';
import { formatTable, numberCell, numberColumn } from '../terminal/table.ts';

const SAI_TITLES: readonly (readonly [pair: string, title: string])[] = [
  ['ncsm_ccsm', 'SAI(NCSM, CCSM): do mistakes follow the weights?'],
  ['ccsm_scsm', 'SAI(CCSM, SCSM): do mistakes follow meaning?'],
];

/** What a model takes labelled pictures for: accuracy, the order of its mistakes, how typical right and wrong ones are. */
export function predictionsText(found: PredictionsEntry, colors: Colors): string {
  const { samples, accuracy, accuracyInterval, top5, predictedClasses, beyondStudy, idm, sai, typicality } = found;
  const range = accuracyInterval
    ? colors.dim(` (95 % ${share(accuracyInterval.low)} … ${share(accuracyInterval.high)})`)
    : '';
  const further = [
    ...(top5 === null ? [] : [`top-5 ${share(top5)}`]),
    `${samples} pictures`,
    `${predictedClasses} classes predicted`,
    ...(beyondStudy > 0 ? [`${beyondStudy} taken for classes that are not compared, which count as wrong`] : []),
  ];
  let text = `  ${colors.bold('predicts')} accuracy ${share(accuracy)}${range}, ${further.join(', ')} ${colors.dim(`(output ${found.output})`)}\n`;
  const rows = [
    ...SAI_TITLES.flatMap(([pair, title]) => (sai[pair] ? [row(title, sai[pair].cosine, sai[pair].chance)] : [])),
    ...(['network', 'semantic'] as const).flatMap((by) => {
      const entry = idm[by];
      if (!entry || entry.errorsOnly === null) return [];
      const name = by === 'network' ? 'NIDM' : 'WIDM';
      return [
        row(`${name}, all`, entry.all, entry.chance.all, entry.interval.all),
        row(`${name}, errors only`, entry.errorsOnly, entry.chance.errorsOnly, entry.interval.errorsOnly),
      ];
    }),
  ];
  const right = (title: string) => numberColumn(colors.dim(title));
  const columns = [{ title: '' }, right('value'), right('95 % over samples'), right('by chance'), right('z')];
  if (rows.length > 0) text += formatTable(columns, rows, '          ');
  if (typicality) {
    const { correct, wrong, excess } = typicality;
    const part = (name: string, kind: 'correct' | 'wrong'): string => {
      const found = excess[kind];
      if (!found) return `${name} –`;
      const { difference, interval } = found;
      return `${name} ${signed(difference)}${interval ? ` (${signed(interval.low)} … ${signed(interval.high)})` : ''}`;
    };
    text += `          typicality less random parts of the same sizes: ${part('right', 'correct')}, ${part('wrong', 'wrong')} ${colors.dim(`(cosines ${number(correct.cosine)} and ${number(wrong.cosine)})`)}\n`;
  }
  return text;
}

function row(
  title: string,
  value: number | null,
  chance: { mean: number; sd: number; z: number | null } | null,
  interval?: { low: number; high: number } | null,
): string[] {
  return [
    title,
    number(value),
    interval ? `${number(interval.low)} … ${number(interval.high)}` : '',
    chance ? `${number(chance.mean)} ± ${number(chance.sd)}` : '–',
    chance?.z == null ? '–' : chance.z.toFixed(1),
  ];
}

const share = (value: number): string => `${(100 * value).toFixed(1)} %`;
const number = (value: number | null): string => numberCell(value, 4);
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
