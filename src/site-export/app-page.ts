import { readFile } from 'node:fs/promises';
import { SourceError } from '../base/errors.ts';

/**
 * Reads a built page of the app.
 * @throws SourceError when the app was not built.
 */
export async function readAppPage(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new SourceError(`${path}: the app that an export carries is not there.`, {
      cause,
      hint: 'In a checkout, build it with "npm run build"; an installed package that lacks it should be installed again.',
    });
  }
}

/** Adds tags at the beginning of the page's head and sets its title. */
export function addToHead(page: string, tags: string, title: string): string {
  const head = /<head[^>]*>/i.exec(page);
  if (!head) throw new SourceError('The built page of the app has no <head>; build the app again.');
  const at = head.index + head[0].length;
  const rest = page.slice(at).replace(/<title>[^<]*<\/title>/i, () => `<title>${escapeHtml(title)}</title>`);
  return `${page.slice(0, at)}\n${tags}${rest}`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
