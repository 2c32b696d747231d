import type { Plugin } from 'vite';

/**
 * Puts the whole app into its one page: workers as text inside the script, the script and the styles inside the HTML.
 * Opened from `file://`, a page can load nothing beside itself.
 */
export function singleFile(): Plugin {
  return {
    name: 'semblance-single-file',
    enforce: 'pre',
    resolveId: {
      filter: { id: /\?worker$/ },
      handler(id, importer) {
        return this.resolve(`${id}&inline`, importer, { skipSelf: true });
      },
    },
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const page = bundle['index.html'];
        if (page?.type !== 'asset') throw new Error('The single-file build made no index.html.');
        let html = String(page.source);
        for (const [name, item] of Object.entries(bundle)) {
          if (item === page) continue;
          const isScript = item.type === 'chunk';
          const text = isScript ? item.code : String(item.source);
          // A closing tag within the text would end the element early; a function keeps "$" in the code as it is.
          const inlined = isScript
            ? `<script type="module">${text.replaceAll('</script', '<\\/script')}</script>`
            : `<style>${text.replaceAll('</style', '<\\/style')}</style>`;
          const tag = new RegExp(`<(script|link)[^>]*(src|href)="\\./${escapePattern(name)}"[^>]*>(</script>)?`);
          if (!tag.test(html)) throw new Error(`The single-file build made ${name}, which index.html does not use.`);
          if (isScript) {
            // After the body, as modules run: what the page holds is parsed by then.
            html = html.replace(tag, '').replace('</body>', () => `${inlined}\n  </body>`);
          } else html = html.replace(tag, () => inlined);
          delete bundle[name];
        }
        page.source = html;
      },
    },
  };
}

const escapePattern = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
