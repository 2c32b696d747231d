/**
 * Makes the documentation into pages: dist/docs/, which `semblance site` puts beside the app. From the Markdown that
 * scripts/docs-site/contents.mjs lists and the glossary of the library; with a search that needs no server. A link to what
 * the site does not have, and a page of docs/ that no list has, fail the build.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CONTENTS, GLOSSARY } from './docs-site/contents.mjs';
import { glossaryPage, readSources } from './docs-site/glossary.mjs';
import { escapeHtml, pageHtml } from './docs-site/page.mjs';
import { renderPage } from './docs-site/render.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'dist/docs');
const listed = CONTENTS.flatMap(({ pages }) => pages);
const targets = new Map(listed.map(({ source, target }) => [source, target]));
const unlisted = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .map((path) => join('docs', path))
  .find((path) => path.endsWith('.md') && !targets.has(path));
if (unlisted) throw new Error(`${unlisted}: is not in scripts/docs-site/contents.mjs, which orders the pages.`);

rmSync(out, { recursive: true, force: true });
const write = (path, text) => {
  mkdirSync(dirname(join(out, path)), { recursive: true });
  writeFileSync(join(out, path), text);
};

/** Pages have their places, licences are put beside them; pictures and schemas of docs/ are put there by `semblance site`. */
function placeOf(file) {
  if (targets.has(file)) return targets.get(file);
  if (!existsSync(join(root, file))) return undefined;
  if (/^docs\/.*\.(png|svg|json)$/.test(file)) return file.slice('docs/'.length);
  if (!file.endsWith('.txt')) return undefined;
  const place = `files/${basename(file)}`;
  write(place, readFileSync(join(root, file)));
  return place;
}

const sources = await readSources();
const [icon] = /<link rel="icon"[^>]*>/.exec(readFileSync(join(root, 'app/index.html'), 'utf8'));
const rendered = listed.map((page) => ({ ...page, ...renderPage(root, page, placeOf) }));
const named = CONTENTS.map(({ title, pages }) => ({
  title,
  pages: pages.map(({ source, target, name }) => ({
    target,
    name: name ?? rendered.find((page) => page.source === source).title,
  })),
}));
named.at(-1).pages.unshift({ target: GLOSSARY.target, name: GLOSSARY.title });
const index = {
  target: 'index.html',
  title: 'Documentation',
  sections: [],
  html: `<h1>Documentation</h1>\n${named
    .map(
      ({ title, pages }) =>
        `<h2>${escapeHtml(title)}</h2>\n<ul>${pages.map(({ target, name }) => `<li><a href="${target}">${escapeHtml(name)}</a></li>`).join('')}</ul>`,
    )
    .join('\n')}`,
};
const pages = [...rendered, { ...GLOSSARY, ...glossaryPage(sources) }, index];
for (const page of pages) write(page.target, pageHtml(page, named, icon));
const sections = pages.flatMap(({ target, title, sections: list }) =>
  list.map(({ heading, anchor, text }) => ({ page: title, heading, href: `${target}#${anchor}`, text })),
);
write('search.json', JSON.stringify(sections));

const variables = (palette) =>
  Object.entries({ ...sources.cssVariables(palette), 'color-scheme': palette.scheme })
    .map(([name, value]) => `  ${name}: ${value};\n`)
    .join('');
write(
  'docs.css',
  `:root {\n${variables(sources.light)}}\n\n@media (prefers-color-scheme: dark) {\n:root {\n${variables(sources.dark)}}\n}\n\n${readFileSync(join(root, 'scripts/docs-site/browser/docs.css'), 'utf8')}`,
);
cpSync(join(root, 'scripts/docs-site/browser/search.js'), join(out, 'search.js'));
