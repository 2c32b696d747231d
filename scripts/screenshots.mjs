/**
 * Takes the pictures of the app in docs/images/, light and dark, of the bundled sample. Needs Chromium (CHROMIUM_PATH
 * names another) and a build. Run: npm run screenshots
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { startServer } from '../dist/server/start-server.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'docs/images');
const executablePath = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path && existsSync(path));
if (!executablePath) {
  console.error('No Chromium was found; set CHROMIUM_PATH to name one.');
  process.exit(5);
}

/** Each picture: its name, the view, and what is done there before it is taken. */
const PICTURES = [
  { name: 'map', hash: '#/classes/map?cell=44,74' },
  {
    name: 'map-zoomed',
    hash: '#/classes/map?layout=one&cell=18,20&view=72,72,26',
  },
  { name: 'pairs', hash: '#/classes/pairs?cell=44,74' },
  { name: 'class', hash: '#/classes/class?cell=12,14' },
  { name: 'models', hash: '#/classes/models' },
  { name: 'curves', hash: '#/training/curves' },
  { name: 'similar-images', hash: '#/representations/map?pair=134,139' },
  { name: 'retrieval', hash: '#/representations/retrieval' },
  { name: 'concepts', hash: '#/concepts/overview' },
  { name: 'concept', hash: '#/concepts/concept?concept=c0000-cat/0/0' },
];

const folder = mkdtempSync(join(tmpdir(), 'semblance-screenshots-'));
const study = join(folder, 'demo');
const { status } = spawnSync(process.execPath, [join(root, 'bin/semblance.js'), 'demo', '--out', study, '--no-open'], {
  env: { ...process.env, CI: '1' },
  stdio: ['ignore', 'ignore', 'inherit'],
});
if (status !== 0) process.exit(1);

mkdirSync(out, { recursive: true });
const server = await startServer({ studies: [study], appFolder: join(root, 'dist/app'), port: 0 });
const browser = await chromium.launch({
  executablePath,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  for (const colorScheme of ['light', 'dark'])
    for (const { name, hash } of PICTURES) {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme });
      await page.goto(server.url + hash);
      await page.waitForFunction(() => document.querySelector('main h1, main h2'));
      await page.waitForFunction(() => document.querySelectorAll('.blank, .loading, .waiting').length === 0);
      await page.waitForTimeout(500);
      // 256 colours are plenty for flat shapes and one colour map, and take a third of the bytes.
      const file = join(out, `${name}-${colorScheme}.png`);
      await sharp(await page.screenshot())
        .png({ palette: true, quality: 90, effort: 10 })
        .toFile(file);
      console.log(file);
      await page.close();
    }
} finally {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
