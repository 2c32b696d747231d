import { decodeImage } from '../../activations/images/decode-image.ts';
import { loadRuntime } from '../../activations/runtime/node-runtime.ts';
import type { ConceptImageInput, ConceptModelInput, ConceptsPlatform } from '../../analyses/concepts/options.ts';
import { ANSWER_KINDS } from '../../analyses/concepts/sources/answers.ts';
import { UsageError } from '../../base/errors.ts';
import { encodePng } from '../../formats/png/encode-png.ts';
import { FACTORISATION_METHODS } from '../../measures/concepts/factor/factorise.ts';
import { oneOf } from '../arguments/flag-choice.ts';
import type { ModelArgument, ModelFlags } from '../arguments/per-model.ts';
import { PREPROCESSING_FLAGS, preprocessingFlags } from '../arguments/preprocessing-flags.ts';
import { leadingTokens, TOKENS_FLAG } from '../arguments/token-flags.ts';
import type { CliIo } from '../terminal/io.ts';
import { readImages } from './image-inputs.ts';
import { readLabels } from './labels.ts';
import { namedSource } from './named-source.ts';

/** The flags that belong to one model. */
export const CONCEPT_MODEL_FLAGS = {
  name: { value: '<name>', help: 'name of the model in reports' },
  labels: { value: '<set|file>', help: 'what the classes are' },
  layers: {
    value: '<names|list>',
    help: 'layers with commas between, concepts are of the last; "list" shows them',
  },
  head: { value: '<tensor|none>', help: 'the tensor of the head' },
  logits: { value: '<name|none>', help: 'the output with class scores' },
  scores: {
    value: '<softmax|sigmoid>',
    help: 'one class of all, or each by itself: multi-label (default: as outputs tell)',
  },
  factorisation: { value: '<method>', help: 'nmf, semi-nmf or convex-nmf (default: by the sign of the features)' },
  whole: { value: '<file>', help: 'activations of whole images, beside those of patches' },
  random: { value: '<file>', help: 'activations of a network with random weights' },
  layout: { value: '<nchw|nhwc>', help: 'order of the axes of the input' },
  tokens: TOKENS_FLAG,
  ...PREPROCESSING_FLAGS,
} as const satisfies ModelFlags;

/** One model of the command line with its layers, labels and preprocessing. */
export async function readConceptModel(
  argument: ModelArgument<typeof CONCEPT_MODEL_FLAGS>,
  { quiet }: { quiet: boolean },
  io: CliIo,
): Promise<ConceptModelInput> {
  const open = (path: string) => namedSource(path, { quiet }, io);
  const { name, labels, layers, head, logits, scores, factorisation, whole, random, layout, tokens } = argument;
  const preprocessing = preprocessingFlags(argument);
  return {
    source: await open(argument.path),
    ...(name !== undefined && { name }),
    ...(labels !== undefined && { labels: await readLabels(labels, io.cwd) }),
    ...(layers !== undefined && { layers: layers.split(',').map((layer) => layer.trim()) }),
    ...(head !== undefined && { head: head === 'none' ? null : head }),
    ...(logits !== undefined && { logits: logits === 'none' ? null : logits }),
    ...(scores !== undefined && { scores: oneOf('scores', scores, ANSWER_KINDS) }),
    ...(factorisation !== undefined && { factorisation: oneOf('factorisation', factorisation, FACTORISATION_METHODS) }),
    ...(whole !== undefined && { wholes: await open(whole) }),
    ...(random !== undefined && { randomNetwork: await open(random) }),
    ...(layout !== undefined && { layout: oneOf('layout', layout, ['nchw', 'nhwc'] as const) }),
    ...(tokens !== undefined && { tokens: leadingTokens(tokens) }),
    ...(Object.keys(preprocessing).length > 0 && { preprocessing }),
  };
}

/** The pictures of `--images`, or of the groups of `--group`, with those of `--held-out`. */
export async function readConceptImages(
  { images, heldOut, group }: { images?: string; heldOut: readonly string[]; group: readonly string[] },
  io: CliIo,
): Promise<ConceptImageInput[]> {
  if (group.length === 0) {
    const all: ConceptImageInput[] = images === undefined ? [] : await readImages(images, undefined, 0, io);
    for (const path of heldOut)
      all.push(...(await readImages(path, undefined, 0, io)).map((image) => ({ ...image, heldOut: true })));
    return all;
  }
  if (images !== undefined)
    throw new UsageError('--images and --group exclude one another: a group names its own images.', {
      hint: `--group NAME=${images} makes one group of them.`,
    });
  const all: ConceptImageInput[] = [];
  for (const [values, isHeldOut] of [
    [group, false],
    [heldOut, true],
  ] as const)
    for (const value of values) {
      const [conceptGroup, path] = namedPath(value, isHeldOut ? '--held-out' : '--group');
      for (const image of await readImages(path, undefined, 0, io))
        all.push({ ...image, conceptGroup, ...(isHeldOut && { heldOut: true }) });
    }
  return all;
}

function namedPath(value: string, flag: string): [string, string] {
  const at = value.indexOf('=');
  if (at > 0 && at < value.length - 1) return [value.slice(0, at), value.slice(at + 1)];
  throw new UsageError(`${flag} takes NAME=FOLDER${flag === '--held-out' ? ' beside --group' : ''}; found ${value}.`);
}

/** What Node has for this instrument. */
export function conceptsPlatform(threads: number | undefined): ConceptsPlatform {
  return {
    runtime: () => loadRuntime(),
    decode: decodeImage,
    encode: encodePng,
    ...(threads !== undefined && { threads }),
  };
}
