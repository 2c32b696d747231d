import { SourceError } from '../../base/errors.ts';

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
