import { withMinus } from '#src/base/number-text.ts';

/** A number with a fixed count of decimals; "–" where there is none. */
export function fixed(value: number | null | undefined, digits = 2): string {
  return value === null || value === undefined || Number.isNaN(value) ? '–' : withMinus(value.toFixed(digits));
}

/** With a plus sign where positive. */
export function signed(value: number | null | undefined, digits = 2): string {
  const text = fixed(value, digits);
  return value && value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** So many digits that tell, without a power of ten between 1e-4 and 1e6: "0.0123", "12.3", "12,300". */
export function significant(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (value === 0) return '0';
  const size = Math.floor(Math.log10(Math.abs(value)));
  if (size < -4 || size >= 6) return withMinus(value.toExponential(digits - 1));
  return withMinus(
    value.toLocaleString('en-GB', { minimumFractionDigits: 0, maximumFractionDigits: Math.max(0, digits - 1 - size) }),
  );
}

/** "12,345". */
export function grouped(value: number): string {
  return value.toLocaleString('en-GB');
}

/** "1 pair", "12 pairs". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}
