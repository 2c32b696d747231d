import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { MissingRuntimeError } from '../../base/errors.ts';
import { type Preprocessing, parsePreprocessing } from '../images/preprocess.ts';
import type { NamedRuntime } from '../runtime/runtime.ts';

/** Opens the runtime. @throws MissingRuntimeError without one. */
export async function requireRuntime(runtime: (() => Promise<NamedRuntime>) | undefined): Promise<NamedRuntime> {
  if (runtime) return runtime();
  throw new MissingRuntimeError('Running a model needs an ONNX runtime, and none was given.', {
    hint: 'npm install --ignore-scripts onnxruntime-node',
  });
}

/** What is said of preprocessing: by the caller, else in a file beside the model, else nothing. */
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
    const sibling = await source.sibling(file).catch(() => undefined);
    if (!sibling || sibling.byteLength > 2 ** 20) continue;
    let config: unknown;
    try {
      config = JSON.parse(new TextDecoder().decode(await sibling.read(0, sibling.byteLength)));
    } catch {
      continue;
    }
    const preprocessing = parsePreprocessing(config);
    if (preprocessing) return { preprocessing, file };
  }
  return undefined;
}

/** The size of pictures after preprocessing, as far as it is told. */
export function pictureSize({ crop, resize }: Partial<Preprocessing>): { height: number; width: number } | null {
  return crop ?? (resize && 'height' in resize ? resize : null);
}
