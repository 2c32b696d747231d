/**
 * Serves the app from its source with hot reload: `npm run dev`, or `npm run dev -- STUDY` for a study of one's own.
 * The bundled samples are analysed once, into an ignored folder, by the built package; only the app is live.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = (...args) => {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
};

const [wanted] = process.argv.slice(2);
const study = wanted === undefined ? `${root}semblance-studies/dev` : resolve(wanted);
if (!existsSync(`${root}dist/server/start-server.js`)) run('scripts/build.mjs');
if (!existsSync(`${study}/study.json`)) {
  if (wanted !== undefined) {
    console.error(`${study} is not a study: it holds no study.json.`);
    process.exit(2);
  }
  console.error('Analysing the bundled samples; this is done once.');
  run('bin/semblance.js', 'demo', '--no-open', '--out', study);
}

const { startServer } = await import('../dist/server/start-server.js');
const served = await startServer({ studies: [study], appFolder: `${root}dist/app`, port: 0, onError: console.error });
const target = served.url.replace(/\/$/, '');
const vite = await createServer({
  configFile: `${root}app/vite.config.ts`,
  server: {
    host: '127.0.0.1',
    // The server takes notes from its own page only.
    proxy: { '/api': { target, changeOrigin: true, headers: { origin: target } } },
  },
});
await vite.listen();
vite.printUrls();
