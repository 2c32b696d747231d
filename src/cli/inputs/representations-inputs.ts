import { decodeImage } from '../../activations/images/decode-image.ts';
import { loadRuntime } from '../../activations/runtime/node-runtime.ts';
import { matchThreads } from '../../analyses/representations/matching/match-on-threads.ts';
import type { RepresentationModelInput, RepresentationsPlatform } from '../../analyses/representations/options.ts';
import { encodePng } from '../../formats/png/encode-png.ts';
import type { FeatureLayout } from '../../measures/representations/feature-maps.ts';
import { oneOf } from '../arguments/flag-choice.ts';
import type { ModelArgument, ModelFlags } from '../arguments/per-model.ts';
import { PREPROCESSING_FLAGS, preprocessingFlags } from '../arguments/preprocessing-flags.ts';
import { leadingTokens, patchGrid, TOKENS_FLAG } from '../arguments/token-flags.ts';
import type { CliIo } from '../terminal/io.ts';
import { namedSource } from './named-source.ts';

/** The flags that belong to one model. */
export const REPRESENTATION_MODEL_FLAGS = {
  name: { value: '<name>', help: 'name of the model in reports' },
  layers: { value: '<names|list>', help: 'layers with commas between; "list" shows them' },
  logits: { value: '<name|none>', help: 'the output that divergence is of' },
  layout: { value: '<nchw|nhwc|ntd>', help: 'order of the axes of the input, or of features' },
  cls: { value: '<keep|drop>', help: 'whether tokens before the patches take part (default: drop)' },
  tokens: TOKENS_FLAG,
  grid: { value: '<HxW>', help: 'rows and columns of patches' },
  ...PREPROCESSING_FLAGS,
} as const satisfies ModelFlags;

/** One model of the command line with its layers and preprocessing. */
export async function readRepresentationModel(
  argument: ModelArgument<typeof REPRESENTATION_MODEL_FLAGS>,
  { quiet }: { quiet: boolean },
  io: CliIo,
): Promise<RepresentationModelInput> {
  const source = await namedSource(argument.path, { quiet }, io);
  const { name, layers, logits, cls, layout, tokens, grid } = argument;
  const preprocessing = preprocessingFlags(argument);
  return {
    source,
    ...(name !== undefined && { name }),
    ...(layers !== undefined && { layers: layers.split(',').map((layer) => layer.trim()) }),
    ...(logits !== undefined && { logits: logits === 'none' ? null : logits }),
    ...(cls !== undefined && { cls: oneOf('cls', cls, ['keep', 'drop'] as const) }),
    ...(layout !== undefined && { layout: oneOf<FeatureLayout>('layout', layout, ['nchw', 'nhwc', 'ntd']) }),
    ...(tokens !== undefined && { tokens: leadingTokens(tokens) }),
    ...(grid !== undefined && { grid: patchGrid(grid) }),
    ...(Object.keys(preprocessing).length > 0 && { preprocessing }),
  };
}

/** What Node has for this instrument. */
export function nodePlatform(threads: number | undefined, thumbnails: boolean): RepresentationsPlatform {
  return {
    runtime: () => loadRuntime(),
    decode: decodeImage,
    openPool: () => matchThreads(threads === undefined ? {} : { threads }),
    ...(threads !== undefined && { threads }),
    ...(thumbnails && { thumbnail: encodePng }),
  };
}
