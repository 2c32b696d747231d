import { readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import MarkdownIt from 'markdown-it';

/** "What goes in" → "what-goes-in", as the pages on a forge have it, so that links work there and here. */
export function slug(text) {
  return text
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}

/**
 * Renders one page of Markdown to HTML, with anchors at its headings and with links as the site has them.
 *
 * @param page `source`, its path below the root, and `target`, its place among the pages.
 * @param placeOf Where a file of the repository is put; undefined where the site does not have it.
 * @returns its title, HTML, and its sections for the search: heading, anchor, text.
 * @throws Error for a link to what the site does not have.
 */
export function renderPage(root, { source, target }, placeOf) {
  const markdown = new MarkdownIt({ html: true });
  const text = readFileSync(join(root, source), 'utf8').replaceAll(/<!--[\s\S]*?-->\n?/g, '');
  const tokens = markdown.parse(text, {});
  const used = new Map();
  const sections = [];
  let title = '';
  const address = (href) => siteAddress(source, target, placeOf, href);
  for (const [i, token] of tokens.entries()) {
    if (token.type === 'heading_open') {
      const heading = plainText(tokens[i + 1]);
      const wanted = slug(heading);
      const before = used.get(wanted) ?? 0;
      used.set(wanted, before + 1);
      const anchor = before === 0 ? wanted : `${wanted}-${before}`;
      token.attrSet('id', anchor);
      if (token.tag === 'h1' && title === '') title = heading;
      sections.push({ heading, anchor, text: [] });
    } else if (token.type === 'inline' && tokens[i - 1]?.type !== 'heading_open')
      sections.at(-1)?.text.push(plainText(token));
    else if (token.type === 'fence') sections.at(-1)?.text.push(token.content);
    else if (token.type === 'table_open') token.attrSet('tabindex', '0');
    if (token.type === 'html_block') token.content = withAddresses(token.content, address);
    for (const child of token.children ?? []) {
      if (child.type === 'link_open') child.attrSet('href', address(child.attrGet('href')));
      if (child.type === 'image') child.attrSet('src', address(child.attrGet('src')));
      if (child.type === 'html_inline') child.content = withAddresses(child.content, address);
    }
  }
  if (title === '') throw new Error(`${source}: has no heading of the first level, which names the page.`);
  return {
    title,
    html: markdown.renderer.render(tokens, markdown.options, {}),
    sections: sections.map(({ text: parts, ...section }) => ({
      ...section,
      text: parts.join(' ').replaceAll(/\s+/g, ' '),
    })),
  };
}

const withAddresses = (html, address) =>
  html.replaceAll(/(src|srcset|href)="([^"]+)"/g, (_, name, href) => `${name}="${address(href)}"`);

function plainText(token) {
  return (token.children ?? [])
    .filter(({ type }) => ['text', 'code_inline', 'softbreak'].includes(type))
    .map(({ type, content }) => (type === 'softbreak' ? ' ' : content))
    .join('');
}

/** A link as the site has it. */
function siteAddress(source, target, placeOf, href) {
  if (/^(https?:|mailto:|#)/.test(href)) return href;
  const [path, hash = ''] = href.split(/(?=#)/);
  const place = placeOf(normalize(join(dirname(source), path)).replace(/\/$/, ''));
  if (place !== undefined) return `${relative(dirname(target), place)}${hash}`;
  throw new Error(
    `${source}: links to ${href}, which the site does not have; link to a page, or name the file in words.`,
  );
}
