import { dirname, relative } from 'node:path';
import { GLOSSARY } from './contents.mjs';

/** What a page may do: load what lies beside it, and nothing else. */
const POLICY =
  "default-src 'self'; script-src 'self'; worker-src 'self'; img-src 'self' data:; style-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'";

export const escapeHtml = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/**
 * A page with the navigation and the search around it. Addresses are relative, so that the site may lie anywhere.
 * `icon` is the link to the site's icon.
 */
export function pageHtml({ target, title, html }, contents, icon) {
  const to = (place) => relative(dirname(target), place) || '.';
  const entry = (page) =>
    `<li><a href="${to(page.target)}"${page.target === target ? ' aria-current="page"' : ''}>${escapeHtml(page.name)}</a></li>`;
  const groups = contents
    .map(
      (group) =>
        `<section><h2 class="group">${escapeHtml(group.title)}</h2><ul>${group.pages.map(entry).join('')}</ul></section>`,
    )
    .join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} – Semblance</title>
${icon}
<link rel="stylesheet" href="${to('docs.css')}">
<script type="module" src="${to('search.js')}"></script>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header>
<a class="brand" href="${to('../')}">Semblance</a>
<search><input type="search" aria-label="Search the documentation" placeholder="Search the documentation" aria-controls="found" autocomplete="off"></search>
<nav aria-label="Site"><a class="narrow" href="#pages">Pages</a> <a href="${to('index.html')}">Docs</a> <a href="${to(GLOSSARY.target)}">Glossary</a> <a href="${to('../api/index.html')}" data-api hidden>API</a></nav>
</header>
<div id="found" role="region" aria-label="Found" hidden></div>
<div class="columns">
<main id="content">
${html}
</main>
<nav id="pages" aria-label="Pages">
${groups}
</nav>
</div>
</body>
</html>
`;
}
