import { printable } from '../../base/bytes/printable.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import type { CfgSection } from './parse-cfg.ts';

/** What a layer makes of its input: channels and places. */
interface Size {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** A layer of a .cfg with what its weights need to be known. */
export interface DarknetLayer {
  readonly kind: 'convolutional' | 'connected' | 'pass' | 'sum' | 'detector' | 'other';
  /** As the .cfg calls it. */
  readonly type: string;
  readonly index: number;
  /** Layers that it reads, by index; −1 stands for the picture. */
  readonly from: readonly number[];
  /** An activation of its own, such as "leaky"; undefined for "linear". */
  readonly activation?: string;
  readonly size: Size;
  /** Of layers with weights. */
  readonly weights?: {
    readonly rows: number;
    /** The shape of one row: channels × places, or inputs. */
    readonly row: readonly number[];
    readonly groups: number;
    readonly isNormalised: boolean;
    /** Set where the file keeps the weights with the outputs last. */
    readonly flipped?: true;
  };
  /** Of detectors: rows of each anchor, and how many of them come before those of the classes. */
  readonly anchors?: { readonly count: number; readonly perAnchor: number; readonly rowsBefore: number };
}

/** Other names of sections. */
const ALIASES: Readonly<Record<string, string>> = {
  conv: 'convolutional',
  conn: 'connected',
  max: 'maxpool',
  avg: 'avgpool',
  soft: 'softmax',
  rt: 'route',
  contrastive_softmax: 'softmax',
};

/** Layers that leave the size as it is and have no weights. */
const SAME: ReadonlySet<string> = new Set([
  'dropout',
  'softmax',
  'cost',
  'activation',
  'logistic',
  'logxent',
  'l2norm',
]);
const DETECTORS: ReadonlySet<string> = new Set(['yolo', 'gaussian_yolo', 'region']);
/** No side of a layer or picture is longer. */
const MAX_SIDE = 1_000_000;
const BOX = 4;

/**
 * The layers of a configuration, with the size of what each makes.
 * @throws UnsupportedError for layers whose weights are not known; FormatError for settings that are none.
 */
export function readLayers(file: string, sections: readonly CfgSection[]): DarknetLayer[] {
  const [net, ...rest] = sections;
  if (net?.type !== 'net' && net?.type !== 'network')
    throw new FormatError(`${file}: the configuration must begin with [net].`);
  const whole = settingsOf(file, net);
  const picture: Size = {
    channels: whole('channels', 3, 1),
    height: whole('height', 1, 1),
    width: whole('width', 1, 1),
  };
  const layers: DarknetLayer[] = [];
  for (const [index, section] of rest.entries()) {
    const sizeOf = (at: number): Size => layers[at]?.size ?? picture;
    layers.push(readLayer(file, section, index, sizeOf));
  }
  if (layers.length === 0) throw new FormatError(`${file}: the configuration has no layers.`);
  return layers;
}

type Whole = (key: string, fallback: number, least: number) => number;

function settingsOf(file: string, { type, line, settings }: CfgSection): Whole {
  return (key, fallback, least) => {
    const text = settings.get(key);
    if (text === undefined) return fallback;
    const value = /^[+-]?\d{1,9}(?:\.0*)?$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= MAX_SIDE))
      throw new FormatError(
        `${file}: ${key} of [${printable(type)}] in line ${line} is ${JSON.stringify(printable(text))}, where a whole number from ${least} is expected.`,
      );
    return value;
  };
}

function readLayer(file: string, section: CfgSection, index: number, sizeOf: (at: number) => Size): DarknetLayer {
  const type = ALIASES[section.type] ?? section.type;
  const whole = settingsOf(file, section);
  const before = sizeOf(index - 1);
  const activation =
    section.settings.get('activation') ?? (type === 'convolutional' || type === 'connected' ? 'logistic' : 'linear');
  const base = {
    type,
    index,
    from: [index - 1],
    ...(activation !== 'linear' && { activation }),
  };
  // What a layer leaves out of the file, or puts there besides.
  for (const key of ['dontload', 'dontloadscales'])
    if (whole(key, 0, 0) !== 0) throw notRead(file, section, `with ${key}`);
  const made = (size: Size): Size => checkSize(file, section, size);
  const pooled = (side: number, size: number, padding: number, stride: number): number =>
    Math.floor((side + padding - size) / stride) + 1;

  if (SAME.has(type)) return { ...base, kind: 'pass', size: before };
  if (DETECTORS.has(type))
    return { ...base, kind: 'detector', size: before, anchors: anchorsOf(file, section, type, whole) };
  switch (type) {
    case 'convolutional': {
      // The number of another layer, which may be 0.
      if (section.settings.has('share_index')) throw notRead(file, section, 'with share_index');
      for (const key of ['antialiasing', 'deform'])
        if (whole(key, 0, -MAX_SIDE) !== 0) throw notRead(file, section, `with ${key}`);
      const rows = whole('filters', 1, 1);
      const size = whole('size', 1, 1);
      const stride = whole('stride', 1, 1);
      const padding = whole('pad', 0, 0) ? Math.floor(size / 2) : whole('padding', 0, 0);
      const groups = whole('groups', 1, 1);
      if (before.channels % groups !== 0)
        throw new FormatError(
          `${file}: [${section.type}] in line ${section.line} has ${groups} groups for ${before.channels} channels.`,
        );
      return {
        ...base,
        kind: 'convolutional',
        size: made({
          channels: rows,
          height: pooled(before.height, size, 2 * padding, whole('stride_y', stride, 1)),
          width: pooled(before.width, size, 2 * padding, whole('stride_x', stride, 1)),
        }),
        weights: {
          rows,
          row: [before.channels / groups, size, size],
          groups,
          isNormalised: whole('batch_normalize', 0, 0) !== 0,
          ...(whole('flipped', 0, 0) !== 0 && { flipped: true as const }),
        },
      };
    }
    case 'connected': {
      const rows = whole('output', 1, 1);
      return {
        ...base,
        kind: 'connected',
        size: { channels: rows, height: 1, width: 1 },
        weights: {
          rows,
          row: [before.channels * before.height * before.width],
          groups: 1,
          isNormalised: whole('batch_normalize', 0, 0) !== 0,
        },
      };
    }
    case 'maxpool': {
      const stride = whole('stride', 1, 1);
      const size = whole('size', stride, 1);
      const padding = whole('padding', size - 1, 0);
      return {
        ...base,
        kind: 'other',
        size: made({
          channels: before.channels,
          height: pooled(before.height, size, padding, whole('stride_y', stride, 1)),
          width: pooled(before.width, size, padding, whole('stride_x', stride, 1)),
        }),
      };
    }
    case 'avgpool':
      return { ...base, kind: 'pass', size: { channels: before.channels, height: 1, width: 1 } };
    case 'upsample': {
      const stride = whole('stride', 2, 1);
      return {
        ...base,
        kind: 'other',
        size: made({ ...before, height: before.height * stride, width: before.width * stride }),
      };
    }
    case 'reorg': {
      const stride = whole('stride', 1, 1);
      if (whole('reverse', 0, 0) !== 0) throw notRead(file, section, 'with reverse');
      return {
        ...base,
        kind: 'other',
        size: made({
          channels: before.channels * stride * stride,
          height: Math.floor(before.height / stride),
          width: Math.floor(before.width / stride),
        }),
      };
    }
    case 'crop':
      return {
        ...base,
        kind: 'other',
        size: made({
          channels: before.channels,
          height: whole('crop_height', before.height, 1),
          width: whole('crop_width', before.width, 1),
        }),
      };
    case 'route': {
      const from = indices(file, section, 'layers', index);
      const groups = whole('groups', 1, 1);
      const channels = from.reduce((sum, at) => sum + Math.floor(sizeOf(at).channels / groups), 0);
      const kind = from.length === 1 && groups === 1 ? 'pass' : 'other';
      return { ...base, from, kind, size: made({ ...sizeOf(from[0]!), channels }) };
    }
    case 'shortcut':
      if ((section.settings.get('weights_type') ?? 'none') !== 'none')
        throw notRead(file, section, 'with weights_type');
      return { ...base, from: [index - 1, ...indices(file, section, 'from', index)], kind: 'sum', size: before };
    case 'sam':
    case 'scale_channels':
      return { ...base, kind: 'other', size: sizeOf(indices(file, section, 'from', index)[0]!) };
    case 'detection':
      throw new UnsupportedError(
        `${file}: [detection] in line ${section.line} is the detector of YOLO's first version, whose last layer scores all places of a picture at once; it has no row for a class.`,
        { file },
      );
    default:
      throw notRead(file, section, '');
  }
}

function notRead(file: string, { type, line }: CfgSection, how: string): UnsupportedError {
  return new UnsupportedError(
    `${file}: the layer [${printable(type)}]${how === '' ? '' : ` ${how}`} in line ${line} is not read; how many weights it has in the file is not known.`,
    { hint: 'Convert the network to ONNX, or save its last layer as .npy, one row a class.', file },
  );
}

function checkSize(file: string, { type, line }: CfgSection, size: Size): Size {
  const { channels, height, width } = size;
  if (![channels, height, width].every((side) => side >= 1 && side <= MAX_SIDE))
    throw new FormatError(
      `${file}: [${printable(type)}] in line ${line} makes ${channels}×${height}×${width} of its input; sides from 1 to ${MAX_SIDE} are read.`,
    );
  return size;
}

/** Layers that a layer reads: negative numbers count back from it. */
function indices(file: string, { type, line, settings }: CfgSection, key: string, index: number): number[] {
  const found = (settings.get(key) ?? '')
    .split(',')
    .map((text) => (/^-?\d{1,6}$/.test(text) ? Number(text) : Number.NaN));
  const layers = found.map((at) => (at < 0 ? index + at : at));
  if (!layers.every((at) => at >= 0 && at < index) || layers.length > 64)
    throw new FormatError(
      `${file}: ${key} of [${printable(type)}] in line ${line} is ${JSON.stringify(printable(settings.get(key) ?? ''))}, where numbers of layers before it are expected.`,
    );
  return layers;
}

/** Each anchor has four rows for the box (eight with their uncertainties), one for the objectness, and one for each class. */
function anchorsOf(
  file: string,
  section: CfgSection,
  type: string,
  whole: Whole,
): NonNullable<DarknetLayer['anchors']> {
  const box = type === 'region' ? whole('coords', BOX, 1) : type === 'gaussian_yolo' ? 2 * BOX : BOX;
  const classes = whole('classes', 20, 0);
  if (classes === 0) throw new FormatError(`${file}: [${type}] in line ${section.line} has no classes.`);
  // A [yolo] layer uses those of all anchors that its mask lists; a [region] layer uses all.
  const mask = type === 'region' ? undefined : section.settings.get('mask')?.split(',').length;
  return { count: mask ?? whole('num', 1, 1), perAnchor: box + 1 + classes, rowsBefore: box + 1 };
}
