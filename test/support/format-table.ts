import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fileSource } from '#src/base/bytes/file-source.ts';
import { SemblanceError, UsageError } from '#src/base/errors.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import { detectFormat, openModel } from '#src/model-files/open-model.ts';

const folder = fileURLToPath(new URL('../fixtures/cases/formats', import.meta.url));

/** Folders of the corpus that are about labels, pictures or references. */
const OTHERS = /^(?:labels-|bmp-|reference-|config-)/;

/** Values that lie beside the index or the description of a model. */
const WEIGHTS = /\.data-\d+-of-\d+$|openvino-ir\/.*\.bin$/;

/** The page that shows what becomes of each file of the corpus: format, variety, and whether it is read, asked about or refused. */
export async function formatTable(): Promise<string> {
  const rows: string[] = [];
  const varieties = readdirSync(folder).filter((name) => !OTHERS.test(name));
  for (const variety of varieties.sort())
    for (const name of readdirSync(`${folder}/${variety}`).sort()) {
      // A SavedModel is a folder; what has the values of another file is no model.
      const file = existsSync(`${folder}/${variety}/${name}/saved_model.pb`) ? `${name}/saved_model.pb` : name;
      const path = `${folder}/${variety}/${file}`;
      if (!statSync(path).isFile() || WEIGHTS.test(path)) continue;
      const { format, outcome, text } = await outcomeOf(path);
      rows.push(`| ${format} | ${variety.replaceAll('-', ' ')} | \`${file}\` | ${outcome} | ${text} |`);
    }
  return `# What is read

Made by \`node scripts/write-format-table.mjs\` from \`test/fixtures/cases/formats\`: small files as other programs write them.

| format | variety | file | | head, or reason |
|---|---|---|---|---|
${rows.join('\n')}
`;
}

async function outcomeOf(path: string): Promise<{ format: string; outcome: string; text: string }> {
  const source = await fileSource(path);
  const format = source.byteLength === 0 ? undefined : await detectFormat(source);
  const title = format?.title ?? '–';
  try {
    const head = detectHead(await openModel(source));
    await head.readTemplates();
    return { format: title, outcome: 'read', text: cell(`${head.tensor}, ${head.classes} × ${head.features}`) };
  } catch (error) {
    if (!(error instanceof SemblanceError)) throw error;
    const outcome = error instanceof UsageError ? 'asked' : 'refused';
    return { format: title, outcome, text: cell(error.message.replace(`${source.name}: `, '')) };
  }
}

function cell(text: string): string {
  const short = text.length > 160 ? `${text.slice(0, 160)}…` : text;
  return short.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
