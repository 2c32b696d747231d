import { FormatError } from '../errors.ts';
import type { ByteSource } from './byte-source.ts';
import { parseJson } from './json.ts';
import { checkLimit, LIMITS } from './limits.ts';
import type { ModelFile } from './model-file.ts';

/** Class names found with a model, in row order, and the file that gave them. */
export interface FoundClassNames {
  names: readonly string[];
  from: string;
}

/**
 * The class names that come with a model: from the file itself, from `id2label` of a `config.json` beside it
 * (Hugging Face), or from the labels of a `run.json` beside it (our run format). Undefined where there are none.
 *
 * @throws FormatError when a config.json beside the file is broken or its id2label has gaps.
 */
export async function findClassNames(source: ByteSource, file: ModelFile): Promise<FoundClassNames | undefined> {
  if (file.classNames) return { names: file.classNames, from: source.name };
  const config = await readSibling(source, 'config.json');
  const fromConfig = config && id2label(config, 'config.json');
  if (fromConfig) return { names: fromConfig, from: 'config.json' };
  const run = await readSibling(source, 'run.json');
  if (Array.isArray(run?.labels)) return { names: run.labels.map(String), from: 'run.json' };
  return undefined;
}

async function readSibling(source: ByteSource, name: string): Promise<Record<string, unknown> | undefined> {
  const sibling = await source.sibling(name);
  if (!sibling) return undefined;
  checkLimit(name, 'its size', sibling.byteLength, LIMITS.headerBytes);
  return parseJson(await sibling.read(0, sibling.byteLength), `${name} beside ${source.name}`);
}

/** Hugging Face's { "0": "tench", … }. Placeholders ("LABEL_0") say nothing and count as none. */
function id2label(config: Record<string, unknown>, file: string): string[] | undefined {
  const map = config.id2label;
  if (typeof map !== 'object' || map === null) return undefined;
  const entries = Object.entries(map as Record<string, unknown>);
  if (entries.length === 0 || entries.every(([id, name]) => String(name) === `LABEL_${id}`)) return undefined;
  checkLimit(file, 'the number of labels', entries.length, LIMITS.tensors);
  const names = new Array<string | undefined>(entries.length);
  for (const [id, name] of entries) {
    const row = Number(id);
    if (!Number.isInteger(row) || row < 0 || row >= entries.length || names[row] !== undefined)
      throw new FormatError(
        `${file}: id2label has ${entries.length} entries, but its id ${JSON.stringify(id)} is not one of 0 to ${entries.length - 1}.`,
        {
          hint: 'Give the labels with --labels, one line for each row of the head.',
        },
      );
    names[row] = String(name);
  }
  return names as string[];
}
