import { UnsupportedError, UsageError } from '../../base/errors.ts';
import { formatShape } from '../../tensor/tensor.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import type { ImageLayout } from '../model/input-contract.ts';
import { type GridSize, tokenGrid } from '../model/token-grid.ts';
import { type TokenHints, withTokenHints } from '../model/token-hints.ts';
import type { FeaturesFile, LayerRecord } from './features-file.ts';

/** What the caller says of the layers of a file. */
export interface ShapeHints extends TokenHints {
  /** The order of the axes of layers with four. */
  layout?: ImageLayout | 'ntd';
}

/** A layer of a file whose axes are known. */
export interface FileLayer {
  name: string;
  kind: 'map' | 'tokens' | 'vector';
  /** `nd` for one vector an image. */
  layout: ImageLayout | 'ntd' | 'nd';
  /** Of the map, or tokens with those before the patches. */
  positions: number;
  channels: number;
  /** Of the map, or of the patches among tokens; null where it is not known. */
  extent: GridSize | null;
  /** 0 for maps; null where nobody tells how many there are. */
  leadingTokens: number | null;
}

/** The most that a map is longer than wide: no picture is, and an axis of channels taken for a side often would be. */
const LONGEST = 4;

/**
 * The axes of each layer: as the caller says; as who wrote the file says; as the width of the classifier, the shape or the
 * other layers tell where they leave one reading. Nothing is taken that leaves two.
 *
 * @param wanted Layers whose axes are asked for; the others of the file are evidence.
 * @returns the layers, and in words what neither the caller nor the file says.
 * @throws UnsupportedError naming the layer and the option that tells, where more than one reading is left; UsageError
 * where an option contradicts the shape.
 */
export function shapeLayers(
  opened: Pick<FeaturesFile, 'file' | 'layers' | 'records' | 'input'>,
  wanted: readonly TensorEntry[],
  hints: ShapeHints,
): { layers: FileLayer[]; assumed: string[] } {
  const { file, records, input } = opened;
  const assumed: string[] = [];
  const known = new Map<string, FileLayer>();
  const headWidth = file.tensors.get('head.weight')?.shape[1];
  const asked = new Set(wanted.map(({ name }) => name));
  const settle = (entry: TensorEntry, layout: ImageLayout, why?: string): void => {
    known.set(entry.name, mapLayer(entry, layout));
    if (why !== undefined && asked.has(entry.name)) assumed.push(`${entry.name} is ${LAYOUT_WORDS[layout]}, ${why}`);
  };
  const open: TensorEntry[] = [];
  for (const entry of opened.layers.filter(({ shape }) => shape.length === 4)) {
    const said = saidLayout(entry, hints, records.get(entry.name), file.name, asked.has(entry.name));
    if (said) settle(entry, said);
    else {
      const found = byWidth(entry, headWidth) ?? byShape(entry);
      if (found) settle(entry, ...found);
      else open.push(entry);
    }
  }
  for (const entry of open) {
    const sizes = [...[...known.values()].map(({ extent }) => extent!), ...(input ? [input] : [])];
    const found = byProportion(entry, sizes);
    if (found) settle(entry, ...found);
    else if (asked.has(entry.name)) throw twoReadings(file.name, entry);
  }
  const maps = [...known.values()].map(({ extent }) => extent!);
  for (const entry of opened.layers.filter(({ shape }) => shape.length === 3)) {
    if (!asked.has(entry.name)) continue;
    if (hints.layout && hints.layout !== 'ntd') throw contradiction(file.name, entry, hints.layout);
    known.set(
      entry.name,
      tokenLayer(entry, records.get(entry.name), hints, { input, maps }, headWidth, file.name, assumed),
    );
  }
  for (const entry of wanted.filter(({ shape }) => shape.length === 2)) {
    if (hints.layout) throw contradiction(file.name, entry, hints.layout);
    const { name } = entry;
    const channels = entry.shape[1]!;
    known.set(name, { name, kind: 'vector', layout: 'nd', positions: 1, channels, extent: null, leadingTokens: 0 });
  }
  return { layers: wanted.map(({ name }) => known.get(name)!), assumed };
}

const LAYOUT_WORDS = { nchw: 'N×C×H×W', nhwc: 'N×H×W×C' } as const;

/** The channels, height and width of a shape in a layout. */
function axes({ shape }: TensorEntry, layout: ImageLayout): { channels: number } & GridSize {
  const [, a, b, c] = shape as [number, number, number, number];
  return layout === 'nchw' ? { channels: a, height: b, width: c } : { channels: c, height: a, width: b };
}

function mapLayer(entry: TensorEntry, layout: ImageLayout): FileLayer {
  const { channels, height, width } = axes(entry, layout);
  const extent = { height, width };
  return { name: entry.name, kind: 'map', layout, positions: height * width, channels, extent, leadingTokens: 0 };
}

function saidLayout(
  entry: TensorEntry,
  { layout: hint }: ShapeHints,
  record: LayerRecord | undefined,
  file: string,
  isAsked: boolean,
): ImageLayout | undefined {
  if (hint === 'ntd' && isAsked) throw contradiction(file, entry, hint);
  const said = hint ?? record?.layout;
  if (said !== 'nchw' && said !== 'nhwc') return undefined;
  const { height, width } = axes(entry, said);
  const { grid } = record ?? {};
  if (record?.layout === said && grid && (grid[0] !== height || grid[1] !== width))
    throw new UnsupportedError(
      `${file}: ${entry.name} has shape ${formatShape(entry.shape)}, and its metadata say ${grid.join('×')} places in ${said}.`,
      { hint: 'Write the file again, or say what its axes are with --layout.' },
    );
  return said;
}

type Found = [layout: ImageLayout, why: string];
const LAYOUTS = ['nchw', 'nhwc'] as const;

/** The only reading that a condition leaves. */
function only(entry: TensorEntry, why: string, holds: (size: ReturnType<typeof axes>) => boolean): Found | undefined {
  const found = LAYOUTS.filter((layout) => holds(axes(entry, layout)));
  return found.length === 1 ? [found[0]!, why] : undefined;
}

function byWidth(entry: TensorEntry, width: number | undefined): Found | undefined {
  if (width === undefined) return undefined;
  return only(entry, `since the classifier takes ${width} channels`, ({ channels }) => channels === width);
}

/** A map is square as most pictures are, or at least no strip; where both readings are, or none is, nothing is told. */
function byShape(entry: TensorEntry): Found | undefined {
  const shape = formatShape(entry.shape);
  const [square, strip] = [`since only so ${shape} is a square map`, `since otherwise ${shape} were a strip`];
  const isPlausible = ({ height, width }: GridSize): boolean =>
    Math.max(height, width) <= LONGEST * Math.min(height, width);
  return only(entry, square, ({ height, width }) => height === width) ?? only(entry, strip, isPlausible);
}

/** As high for its width as the other maps, or as the pictures, to within a row and a column. */
function byProportion(entry: TensorEntry, sizes: readonly GridSize[]): Found | undefined {
  if (sizes.length === 0) return undefined;
  return only(entry, 'since only so its map is shaped as the others', ({ height, width }) =>
    sizes.every(
      (size) =>
        Math.abs(height - (width * size.height) / size.width) < 1 ||
        Math.abs(width - (height * size.width) / size.height) < 1,
    ),
  );
}

function tokenLayer(
  { name, shape }: TensorEntry,
  record: LayerRecord | undefined,
  hints: ShapeHints,
  evidence: { input: GridSize | null; maps: readonly GridSize[] },
  headWidth: number | undefined,
  file: string,
  assumed: string[],
): FileLayer {
  const [, positions, channels] = shape as [number, number, number];
  if (record?.layout === undefined && headWidth === positions && headWidth !== channels)
    throw new UnsupportedError(
      `${file}: ${name} has shape ${formatShape(shape)} and the classifier takes ${headWidth} channels: its channels come before its tokens.`,
      { hint: 'Write it as N×T×D.' },
    );
  const plain = { name, kind: 'tokens', layout: 'ntd', positions, channels, extent: null } as const;
  if (hints.tokens !== undefined || hints.grid)
    return withTokenHints({ ...plain, leadingTokens: null }, hints, evidence);
  if (record?.tokens !== undefined || record?.grid) {
    const grid = record.grid && { height: record.grid[0], width: record.grid[1] };
    const told = { ...(record.tokens !== undefined && { tokens: record.tokens }), ...(grid && { grid }) };
    return withTokenHints({ ...plain, leadingTokens: null }, told, evidence);
  }
  const found = positions === 1 ? { leading: 0, height: 1, width: 1 } : tokenGrid(positions, evidence);
  if (!found) return { ...plain, leadingTokens: null };
  const { leading, height, width } = found;
  if (positions > 1)
    assumed.push(`the ${positions} tokens of ${name} are ${height}×${width} patches behind ${leading} others`);
  return { ...plain, leadingTokens: leading, extent: { height, width } };
}

function twoReadings(file: string, entry: TensorEntry): UnsupportedError {
  const shape = formatShape(entry.shape);
  return new UnsupportedError(
    `${file}: whether the channels of ${entry.name} (${shape}) come first or last cannot be told.`,
    { hint: 'Say it with --layout nchw or --layout nhwc; FeatureWriter of semblance_vision writes it down.' },
  );
}

function contradiction(file: string, { name, shape }: TensorEntry, layout: string): UsageError {
  return new UsageError(`${file}: ${name} has shape ${formatShape(shape)}, which is not ${layout}.`, {
    hint:
      shape.length === 4 ? 'Its layout is nchw or nhwc.' : 'Leave --layout out, or name other layers with --layers.',
  });
}
