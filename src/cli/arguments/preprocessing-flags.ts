import { defaultPreprocessing, type Preprocessing } from '../../activations/images/preprocess.ts';
import { INTERPOLATIONS } from '../../activations/images/resize.ts';
import { UsageError } from '../../base/errors.ts';
import { oneOf } from './flag-choice.ts';
import type { ModelFlags } from './per-model.ts';

/** How pictures are prepared for a model. */
export const PREPROCESSING_FLAGS = {
  mean: { value: '<r,g,b>', help: 'mean of the input, in units after rescaling' },
  std: { value: '<r,g,b>', help: 'deviation of the input' },
  rescale: { value: '<x>', help: 'factor before mean and deviation (default: 1/255)' },
  size: { value: '<n|HxW>', help: 'size of the input, resized and cropped in the usual way' },
  resize: { value: '<n|HxW|none>', help: 'resize the shorter side, or both' },
  crop: { value: '<n|HxW|none>', help: 'cut out the middle' },
  interpolation: { value: '<filter>', help: INTERPOLATIONS.join(', ') },
  channels: { value: '<rgb|bgr>', help: 'order of the colours' },
} as const satisfies ModelFlags;

/** What the options say of preprocessing. */
export function preprocessingFlags(
  argument: Partial<Record<keyof typeof PREPROCESSING_FLAGS, string>>,
): Partial<Preprocessing> {
  const { mean, std, size, crop, resize, interpolation, channels, rescale } = argument;
  const flags: Partial<Preprocessing> = {};
  if (size !== undefined) {
    const { resize: before, crop: after } = defaultPreprocessing(
      sides('size', size, false) as { height: number; width: number },
    );
    Object.assign(flags, { resize: before, crop: after });
  }
  if (resize !== undefined) flags.resize = resize === 'none' ? null : sides('resize', resize, true);
  if (crop !== undefined)
    flags.crop = crop === 'none' ? null : (sides('crop', crop, false) as { height: number; width: number });
  if (mean !== undefined) flags.mean = triple('mean', mean);
  if (std !== undefined) flags.std = triple('std', std);
  if (rescale !== undefined) flags.rescale = fraction('rescale', rescale);
  if (channels !== undefined) flags.channels = oneOf('channels', channels, ['rgb', 'bgr'] as const);
  if (interpolation !== undefined) flags.interpolation = oneOf('interpolation', interpolation, INTERPOLATIONS);
  return flags;
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new UsageError(`--${name} must be a whole number above 0; found ${text}.`);
}

/** "224" (a side) or "240x320" (height × width). */
function sides(
  name: string,
  text: string,
  shorter: boolean,
): { shorterSide: number } | { height: number; width: number } {
  const [height, width, ...more] = text.split(/[x×]/).map((part) => wholeNumber(name, part));
  if (more.length > 0) throw new UsageError(`--${name} takes one side or HEIGHTxWIDTH; found ${text}.`);
  if (width !== undefined) return { height: height!, width };
  return shorter ? { shorterSide: height! } : { height: height!, width: height! };
}

/** A number, or a fraction such as 1/255. */
function fraction(name: string, text: string): number {
  const [above, below = '1'] = text.split('/');
  const value = Number(above) / Number(below);
  if (Number.isFinite(value) && text.trim() !== '') return value;
  throw new UsageError(`--${name} must be a number or a fraction such as 1/255; found ${text}.`);
}

function triple(name: string, text: string): [number, number, number] {
  const values = text.split(',').map((part) => fraction(name, part.trim()));
  if (values.length === 1) return [values[0]!, values[0]!, values[0]!];
  if (values.length === 3) return values as [number, number, number];
  throw new UsageError(`--${name} takes three numbers (red, green, blue) with commas, or one for all; found ${text}.`);
}
