import { withMinus } from '../base/number-text.ts';
import type { Evidence } from './finding.ts';

/** A number with a fixed count of decimals, a true minus sign and none before zero. */
export function fixed(value: number, digits = 2): string {
  return withMinus(value.toFixed(digits));
}

/** "43 %". */
export function percent(share: number): string {
  return `${fixed(share * 100, 0)} %`;
}

/** "1 pair", "12 pairs". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-GB')} ${count === 1 ? one : many}`;
}

/** "a", "a and b", "a, b and c"; beyond `most` the rest are counted. */
export function listed(items: readonly string[], most = 4): string {
  const shown = items.length > most ? [...items.slice(0, most - 1), `${items.length - most + 1} more`] : items;
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

/** "0.27 (95 % interval 0.21 to 0.33)", or the value alone. */
export function withInterval({ value, interval }: Pick<Evidence, 'value' | 'interval'>, digits = 2): string {
  if (!interval) return fixed(value, digits);
  return `${fixed(value, digits)} (${percent(interval.level)} interval ${fixed(interval.low, digits)} to ${fixed(interval.high, digits)})`;
}

/** "0.00 ± 0.01"; with as many digits as a small deviation needs to be told from 0, "0.000 ± 0.001". */
export function chanceText({ mean, sd }: NonNullable<Evidence['chance']>, digits = 2): string {
  if (sd === undefined) return fixed(mean, digits);
  const needed = sd > 0 ? Math.min(Math.max(digits, Math.ceil(-Math.log10(sd))), 6) : digits;
  return `${fixed(mean, needed)} ± ${fixed(sd, needed)}`;
}

/** "p 0.012"; "p below 0.001". */
export function probability(p: number): string {
  return `p ${p < 0.001 ? 'below 0.001' : fixed(p, 3)}`;
}
