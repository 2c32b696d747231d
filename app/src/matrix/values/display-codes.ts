import type { DisplayMatrix } from '#src/study/display-matrix.ts';

/** The value that a code stands for; NaN for 0. */
export function codeValue(display: Pick<DisplayMatrix, 'min' | 'max'>, code: number): number {
  return code === 0 ? Number.NaN : display.min + ((code - 1) / 254) * (display.max - display.min);
}

/** Codes of values between given bounds, as in `quantiseMatrix`; what lies outside takes the bound's code. */
export function quantiseTo(data: Float32Array, min: number, max: number): Uint8Array {
  const codes = new Uint8Array(data.length);
  const scale = 254 / (max - min);
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (Number.isFinite(value)) codes[i] = Math.min(255, Math.max(1, (value - min) * scale + 1.5));
  }
  return codes;
}
