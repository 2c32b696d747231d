import { decodeImage } from '../../activations/images/decode-image.ts';
import { loadRuntime } from '../../activations/runtime/node-runtime.ts';
import { matchThreads } from '../../analyses/representations/matching/match-on-threads.ts';
import type { RepresentationModelInput, RepresentationsPlatform } from '../../analyses/representations/options.ts';
import { encodePng } from '../../formats/png/encode-png.ts';
import type { FeatureLayout } from '../../measures/representations/feature-maps.ts';
import type { CliIo } from '../terminal/io.ts';
import { oneOf } from './flag-choice.ts';
import { namedSource } from './named-source.ts';
import { PREPROCESSING_FLAGS, preprocessingFlags } from './preprocessing-flags.ts';

/** The options that belong to one model; given before the first, to all. */
export const PER_MODEL = ['name', 'layers', 'logits', 'cls', 'layout', ...PREPROCESSING_FLAGS] as const;

export type RepresentationArgument = { path: string } & Partial<Record<(typeof PER_MODEL)[number], string>>;

/** One model of the command line with its layers and preprocessing. */
export async function readRepresentationModel(
  argument: RepresentationArgument,
  { quiet }: { quiet: boolean },
  io: CliIo,
): Promise<RepresentationModelInput> {
  const source = await namedSource(argument.path, { quiet }, io);
  const { name, layers, logits, cls, layout } = argument;
  const preprocessing = preprocessingFlags(argument);
  return {
    source,
    ...(name !== undefined && { name }),
    ...(layers !== undefined && { layers: layers.split(',').map((layer) => layer.trim()) }),
    ...(logits !== undefined && { logits: logits === 'none' ? null : logits }),
    ...(cls !== undefined && { cls: oneOf('cls', cls, ['keep', 'drop'] as const) }),
    ...(layout !== undefined && { layout: oneOf<FeatureLayout>('layout', layout, ['nchw', 'nhwc', 'ntd']) }),
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
