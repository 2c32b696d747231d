import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { escapeHtml } from './page.mjs';
import { slug } from './render.mjs';

/** The terms and papers of the library, and the colours of the app, from their source. */
export async function readSources() {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const contents = `export { TERMS } from './src/explanations/terms.ts';
export { PAPERS } from './src/explanations/papers.ts';
export { cssVariables, dark, light } from './app/src/kit/theme/palette.ts';`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    logLevel: 'silent',
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

/** The glossary as a page: what the app explains, by name. */
export function glossaryPage({ TERMS, PAPERS }) {
  const terms = Object.entries(TERMS).sort(([, a], [, b]) => a.name.localeCompare(b.name, 'en'));
  const sections = terms.map(([key, term]) => {
    const facts = [
      ['Range', term.range],
      ['By chance', term.chance],
      ['Usual', term.usual],
      ['Formula', term.formula],
      ['Paper', term.paper && PAPERS[term.paper]],
    ].filter(([, text]) => text !== undefined);
    const heading = term.acronym ? `${term.name} (${term.acronym})` : term.name;
    return {
      heading,
      anchor: slug(key),
      text: [term.meaning, ...facts.map(([, text]) => text)].join(' '),
      html:
        `<section class="term"><h2 id="${slug(key)}">${escapeHtml(heading)}</h2>\n<p>${escapeHtml(term.meaning)}</p>\n` +
        `<dl>${facts.map(([name, text]) => `<dt>${name}</dt><dd>${escapeHtml(text)}</dd>`).join('\n')}</dl></section>`,
    };
  });
  return {
    html: `<h1>Glossary</h1>\n<p>Every measure and mark: what it means, where its values lie, and what chance alone gives.</p>\n${sections.map(({ html }) => html).join('\n')}`,
    sections: sections.map(({ html: _, ...section }) => section),
  };
}
