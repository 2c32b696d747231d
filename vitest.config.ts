import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/announce-skips.ts'],
    setupFiles: ['test/support/property-seed.ts'],
    // Limits end what hangs; a machine under load is slow and not wrong.
    testTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    hookTimeout: 120_000,
    execArgv: ['--import', './test/support/typescript-loader.mjs'],
    maxWorkers: 2,
    // What was built is tested as Node loads it.
    server: { deps: { external: [/\/dist\//] } },
    // Test files share their modules: loading the package anew for each of them takes a third of the time.
    isolate: false,
  },
});
