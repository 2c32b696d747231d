import { UnsupportedError, UsageError } from '../../base/errors.ts';
import type { ModelInput } from '../runtime/runtime.ts';

/** The order of an image's axes behind the image axis: channels first or last. */
export type ImageLayout = 'nchw' | 'nhwc';

/** What a model expects of the pictures that enter it. */
export interface InputContract {
  name: string;
  /** As stored; integers are raw pixels. */
  type: ModelInput['type'];
  layout: ImageLayout;
  /** 3 for RGB, 1 for grey. */
  channels: 1 | 3;
  /** Images that the model insists on at once; null where it takes any number. */
  batch: number | null;
  height: number;
  width: number;
  /** What neither the file nor the caller says, in words, for reports. */
  assumed: string[];
}

/** What the caller, or a file beside the model, says of a model's input. */
export interface InputHints {
  /** Height and width where the model leaves them open. */
  size?: { height: number; width: number };
  layout?: ImageLayout;
  /** The layout that the first operators of the graph ask for. */
  graphLayout?: ImageLayout;
}

/** Side of the input that is assumed where nothing tells it: the usual one of classifiers. */
const USUAL_SIDE = 224;

/**
 * Settles what a model's input is like, from its declaration, the hints, and last by convention.
 *
 * @param file for messages.
 * @throws UnsupportedError where pictures cannot be made into such an input, or are prepared in another size; UsageError
 * where the layout asked for contradicts the file.
 */
export function settleInput(input: ModelInput, hints: InputHints, file: string): InputContract {
  const { name, type } = input;
  const where = `${file}: input ${name}`;
  const assumed: string[] = [];
  // A runtime gives no axes where the file states no shape.
  const shape = input.shape?.length ? input.shape : null;
  if (!shape) return unstated(input, hints, where);
  if (shape.length !== 4)
    throw new UnsupportedError(`${where} has ${shape.length} dimensions (${describe(shape)}); an image has 4.`, {
      hint: 'Export the model with an input of images: N×C×H×W or N×H×W×C.',
    });
  const layout = settleLayout(shape, hints, where, assumed);
  const [channels, height, width] =
    layout === 'nchw' ? [shape[1]!, shape[2]!, shape[3]!] : [shape[3]!, shape[1]!, shape[2]!];
  if (channels !== null && channels !== 1 && channels !== 3)
    throw new UnsupportedError(
      `${where} takes ${channels} channels (${describe(shape)}); pictures have 3, or 1 in grey.`,
      {
        hint: 'Write features of your own data with FeatureWriter of the Python package (integrations/python) and give that file instead.',
      },
    );
  const size = {
    height: settleSide('height', height, hints.size?.height, where),
    width: settleSide('width', width, hints.size?.width, where),
  };
  // A side that is open where the other is not makes a square.
  const settled = {
    height: size.height ?? size.width ?? USUAL_SIDE,
    width: size.width ?? size.height ?? USUAL_SIDE,
  };
  if (size.height === null || size.width === null) {
    const open = size.height === size.width ? 'their size' : size.height === null ? 'their height' : 'their width';
    assumed.push(`pictures of ${settled.height}×${settled.width}, since the model leaves ${open} open`);
  }
  return {
    name,
    type,
    layout,
    channels: channels ?? 3,
    batch: shape[0] ?? null,
    ...settled,
    assumed,
  };
}

/** The shape of a batch of that many pictures. */
export function inputShape({ layout, channels, height, width }: InputContract, images: number): number[] {
  return layout === 'nchw' ? [images, channels, height, width] : [images, height, width, channels];
}

function unstated({ name, type }: ModelInput, { size, layout, graphLayout }: InputHints, where: string): InputContract {
  if (!size)
    throw new UnsupportedError(`${where} states no shape, so the size of pictures is not known.`, {
      hint: 'Give it with --size (and --layout nchw or nhwc where it is not the first).',
    });
  const settled = layout ?? graphLayout;
  const assumed = settled ? [] : ['channels first, since the model states no shape'];
  return { name, type, layout: settled ?? 'nchw', channels: 3, batch: null, ...size, assumed };
}

function settleLayout(
  shape: readonly (number | null)[],
  { layout, graphLayout }: InputHints,
  where: string,
  assumed: string[],
): ImageLayout {
  const isChannels = (size: number | null | undefined): boolean => size === 1 || size === 3;
  const first = isChannels(shape[1]);
  const last = isChannels(shape[3]);
  if (layout) {
    const channels = layout === 'nchw' ? shape[1] : shape[3];
    const others = layout === 'nchw' ? last : first;
    if (channels !== null && !isChannels(channels) && others)
      throw new UsageError(`${where} is ${describe(shape)}, which is not ${layout}.`, {
        hint: `Leave --layout out, or give ${layout === 'nchw' ? 'nhwc' : 'nchw'}.`,
      });
    return layout;
  }
  if (first !== last) return first ? 'nchw' : 'nhwc';
  if (graphLayout) return graphLayout;
  assumed.push(`channels first, since the shape ${describe(shape)} does not tell`);
  return 'nchw';
}

/** The model's own side; else the hint; null where neither is there. */
function settleSide(axis: string, own: number | null, hint: number | undefined, where: string): number | null {
  if (own !== null && hint !== undefined && own !== hint)
    throw new UnsupportedError(`${where} takes pictures of ${axis} ${own}; the preprocessing gives ${hint}.`, {
      hint: `Use --size ${own}, or leave the size out.`,
    });
  return own ?? hint ?? null;
}

function describe(shape: readonly (number | null)[]): string {
  return shape.map((size) => size ?? '?').join('×');
}
