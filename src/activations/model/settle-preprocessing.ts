import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { checkLimit } from '../../base/bytes/read-range.ts';
import { MissingRuntimeError } from '../../base/errors.ts';
import { parseJson } from '../../formats/json/parse-json.ts';
import { LIMITS } from '../../formats/limits.ts';
import { type Preprocessing, parsePreprocessing } from '../images/preprocess.ts';
import type { NamedRuntime } from '../runtime/runtime.ts';

/** Opens the runtime. @throws MissingRuntimeError without one. */
export async function requireRuntime(runtime: (() => Promise<NamedRuntime>) | undefined): Promise<NamedRuntime> {
  if (runtime) return runtime();
  throw new MissingRuntimeError('Running a model needs an ONNX runtime, and none was given.', {
    hint: 'npm install --ignore-scripts onnxruntime-node',
  });
}

/**
 * What is said of preprocessing: by the caller, else in a file beside the model, else nothing.
 *
 * @throws FormatError, SourceError or LimitError naming the file beside the model where it cannot be read.
 */
export async function settlePreprocessing({
  source,
  preprocessing: given,
}: {
  source: ByteSource;
  preprocessing?: Partial<Preprocessing>;
}): Promise<{ preprocessing: Partial<Preprocessing>; from: string }> {
  const found = await besideModel(source);
  const said = given && Object.keys(given).length > 0 ? given : undefined;
  const preprocessing = { ...found?.preprocessing, ...said };
  const from = [said ? 'options' : null, found?.file ?? null].filter((part) => part !== null).join(' and ');
  return { preprocessing, from: from || 'default' };
}

async function besideModel(source: ByteSource): Promise<{ preprocessing: Preprocessing; file: string } | undefined> {
  for (const file of ['preprocessor_config.json', 'config.json']) {
    const sibling = await source.sibling(file);
    if (!sibling) continue;
    const name = `${file} beside ${source.name}`;
    checkLimit(name, 'its size', sibling.byteLength, LIMITS.headerBytes);
    const preprocessing = parsePreprocessing(parseJson(await sibling.read(0, sibling.byteLength), name));
    if (preprocessing) return { preprocessing, file };
  }
  return undefined;
}

/** The size of pictures after preprocessing, as far as it is told. */
export function pictureSize({ crop, resize }: Partial<Preprocessing>): { height: number; width: number } | null {
  return crop ?? (resize && 'height' in resize ? resize : null);
}
