/** A true minus sign instead of a hyphen, and none before zero. */
const withMinus = (text: string): string => (/^-0(\.0*)?$/.test(text) ? text.slice(1) : text.replace('-', '−'));

/** A number with a fixed count of decimals; "–" where there is none. */
export function fixed(value: number | null | undefined, digits = 2): string {
  return value === null || value === undefined || Number.isNaN(value) ? '–' : withMinus(value.toFixed(digits));
}

/** With a plus sign where positive. */
export function signed(value: number | null | undefined, digits = 2): string {
  const text = fixed(value, digits);
  return value && value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** "12,345". */
export function grouped(value: number): string {
  return value.toLocaleString('en-GB');
}

/** "1 pair", "12 pairs". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}
