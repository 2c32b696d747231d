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

/** A size of files: "38 MB", "640 kB". */
export function sizeText(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** "less than a second", "12 seconds", "3 minutes", "1.5 hours". */
export function durationText(seconds: number): string {
  if (seconds < 1) return 'less than a second';
  if (seconds < 90) return counted(Math.round(seconds), 'second');
  if (seconds < 5400) return counted(Math.round(seconds / 60), 'minute');
  return `${grouped(Math.round(seconds / 360) / 10)} hours`;
}
