import type { ByteSource } from '../base/bytes/byte-source.ts';
import { checkLimit } from '../base/bytes/read-range.ts';
import { FormatError } from '../base/errors.ts';
import { parseJson, shown } from '../formats/json/parse-json.ts';
import { LIMITS } from '../formats/limits.ts';
import type { LabelClass } from '../semantics/label-sets/label-sets.ts';
import type { ModelFile } from './model-file.ts';

/** Class names found with a model, in row order, and the file that gave them. */
export interface FoundClassNames {
  names: readonly (string | LabelClass)[];
  from: string;
}

/**
 * The class names that come with a model: from the file itself, from `id2label` of a `config.json` beside it
 * (Hugging Face), or from the labels of a `run.json` beside it (our run format). Undefined where there are none.
 *
 * @throws FormatError when a config.json beside the file is broken.
 */
export async function findClassNames(source: ByteSource, file: ModelFile): Promise<FoundClassNames | undefined> {
  if (file.classNames) return { names: file.classNames, from: source.name };
  const config = await readSibling(source, 'config.json');
  const fromConfig = config && id2label(config, 'config.json');
  if (fromConfig) return { names: fromConfig, from: 'config.json' };
  const run = await readSibling(source, 'run.json');
  if (Array.isArray(run?.labels))
    return { names: run.labels.map((label, row) => runLabel(label, row)), from: 'run.json' };
  return undefined;
}

function runLabel(label: unknown, row: number): string {
  if (typeof label === 'string' || typeof label === 'number') return String(label);
  throw new FormatError(`run.json: labels has ${shown(label)} in place ${row}, where a name is expected.`);
}

async function readSibling(source: ByteSource, name: string): Promise<Record<string, unknown> | undefined> {
  const sibling = await source.sibling(name);
  if (!sibling) return undefined;
  checkLimit(name, 'its size', sibling.byteLength, LIMITS.headerBytes);
  return parseJson(await sibling.read(0, sibling.byteLength), `${name} beside ${source.name}`);
}

/** Hugging Face's { "0": "tench", … }, with an empty name for ids that are not there. Placeholders ("LABEL_0") say nothing and count as none. */
function id2label(config: Record<string, unknown>, file: string): string[] | undefined {
  const map = config.id2label;
  if (typeof map !== 'object' || map === null) return undefined;
  const entries = Object.entries(map as Record<string, unknown>);
  if (entries.length === 0 || entries.every(([id, name]) => name === `LABEL_${id}`)) return undefined;
  const names: string[] = [];
  for (const [id, name] of entries) {
    const row = /^\d{1,9}$/.test(id) ? Number(id) : -1;
    if (row < 0)
      throw new FormatError(
        `${file}: id2label has the id ${JSON.stringify(id)}, where a whole number of at least 0 is expected.`,
        { hint: 'Give the labels with --labels, one line for each row of the head.' },
      );
    checkLimit(file, 'the highest id of id2label', row, LIMITS.tensors);
    // Ids without a name are rows without a class, as in COCO's numbering.
    while (names.length <= row) names.push('');
    if (name !== null && typeof name !== 'string' && typeof name !== 'number')
      throw new FormatError(`${file}: id2label has ${shown(name)} for ${id}, where a name is expected.`);
    names[row] = name === null ? '' : String(name);
  }
  return names;
}
