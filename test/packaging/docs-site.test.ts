import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { TERMS } from '#src/explanations/terms.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'dist/docs');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
const pages = new Map(
  files.filter((path) => path.endsWith('.html')).map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
);

describe('the documentation as pages', () => {
  it('leads nowhere that is not there', () => {
    const broken: string[] = [];
    for (const [page, html] of pages)
      for (const [, href] of html.matchAll(/(?:href|src|srcset)="([^"]+)"/g)) {
        if (/^(https?:|data:|mailto:)/.test(href!)) continue;
        const [path, anchor] = href!.split('#');
        const target = path === '' ? page : normalize(join(dirname(page), path!));
        // The site around it has its own page and the reference.
        if (target === '../' || target === '../api/index.html') continue;
        const isThere = existsSync(join(folder, target)) || existsSync(join(root, 'docs', target));
        const known = anchor === undefined || pages.get(target)?.includes(`id="${decodeURIComponent(anchor)}"`);
        if (!isThere || !known) broken.push(`${page}: ${href}`);
      }
    expect(pages.size).toBeGreaterThan(20);
    expect(broken).toEqual([]);
  });

  it('loads nothing from elsewhere and runs no script within its pages', () => {
    for (const [page, html] of pages) {
      expect(html, page).toMatch(/Content-Security-Policy" content="default-src 'self'; script-src 'self';/);
      expect(html.match(/<(script|img|link|iframe)[^>]+(src|href)="(https?:)?\/\//g), page).toBe(null);
      expect(html.match(/<script(?![^>]*src=)|<style| style="| on\w+="/g), page).toBe(null);
    }
  });

  it('has every term of the glossary and every page of docs/', () => {
    for (const key of Object.keys(TERMS)) expect(pages.get('glossary.html')).toContain(`id="${key.toLowerCase()}"`);
    const sources = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.md'),
    );
    for (const source of sources) expect(pages.has(source.replace(/\.md$/, '.html')), source).toBe(true);
  });

  it('is searched by all words of a query, headings first', async () => {
    const { findSections, excerpt } = await import(join(folder, 'search.js'));
    const sections = JSON.parse(readFileSync(join(folder, 'search.json'), 'utf8'));
    const [first] = findSections(sections, 'spearman');
    expect(`${first.heading} ${first.text}`.toLowerCase()).toContain('spearman');
    expect(findSections(sections, 'alignment with mean')[0].heading).toMatch(/Alignment with meaning/);
    expect(findSections(sections, '  ')).toEqual([]);
    expect(findSections(sections, 'spearman zzzz')).toEqual([]);
    expect(findSections(sections, 'c++ (?')).toBeInstanceOf(Array);
    expect(excerpt({ text: `${'word '.repeat(60)}needle ${'word '.repeat(60)}` }, 'needle')).toMatch(
      /^… .*needle.* …$/,
    );
    const made = [
      { heading: 'Other', text: 'the chance of it', href: 'a' },
      { heading: 'Chance level', text: 'nothing', href: 'b' },
    ];
    expect(findSections(made, 'chance').map(({ href }: { href: string }) => href)).toEqual(['b', 'a']);
  });
});
