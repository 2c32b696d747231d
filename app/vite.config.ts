import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { singleFile } from './single-file.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Two builds from one source: `dist/app/`, split into chunks that load when they are needed, and with
 * `--mode single` `dist/app-single/index.html`, one page without any other file for exports.
 */
export default defineConfig(({ mode }) => {
  const single = mode === 'single';
  return {
    root: here('.'),
    base: './',
    // The library is taken from its source, so that a change of it shows at once.
    resolve: { alias: { '#src': here('../src') } },
    plugins: [svelte({ configFile: false }), ...(single ? [singleFile()] : [])],
    define: { __SINGLE_FILE__: JSON.stringify(single) },
    worker: { format: 'es' as const },
    build: {
      outDir: here(single ? '../dist/app-single' : '../dist/app'),
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: { polyfill: false },
      assetsInlineLimit: single ? 100_000_000 : 0,
      cssCodeSplit: !single,
      reportCompressedSize: false,
      rolldownOptions: {
        // On a busy machine the build would otherwise print which plugin took how long.
        checks: { pluginTimings: false },
        ...(single ? { output: { codeSplitting: false } } : {}),
      },
    },
  };
});
