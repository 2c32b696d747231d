import { decodeImage } from '../../activations/images/decode-image.ts';
import { loadRuntime } from '../../activations/runtime/node-runtime.ts';
import type { LabelledPictures } from '../../analyses/common/labelled-pictures/options.ts';
import type { ClassModelArgument } from '../arguments/model-flags.ts';
import { preprocessingFlags } from '../arguments/preprocessing-flags.ts';
import { sharedPath } from '../terminal/command-line.ts';
import type { CliIo } from '../terminal/io.ts';
import { findClassPictures, requireLabels } from './class-pictures.ts';
import { tellPassedOver } from './passed-over.ts';

/** The labelled pictures that `--templates DIR` names, with how they enter a model. */
export async function readLabelledPictures(
  argument: Omit<ClassModelArgument, 'path'>,
  value: string,
  io: CliIo,
): Promise<LabelledPictures> {
  const layer = argument['template-layer'];
  const preprocessing = preprocessingFlags(argument);
  const { pictures, ...rest } = await findClassPictures(value, io);
  tellPassedOver(value, rest, io);
  requireLabels(value, pictures);
  return {
    source: sharedPath(value, io.cwd),
    ...(layer === undefined ? {} : { layer }),
    images: pictures,
    ...(Object.keys(preprocessing).length > 0 && { preprocessing }),
    runtime: () => loadRuntime(),
    decode: decodeImage,
  };
}
