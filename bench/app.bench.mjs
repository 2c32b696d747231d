/**
 * The app on a study of a thousand classes: the size of its code, the first paint, frames while panning and zooming
 * against an empty canvas, reordering, and the size of an export. Run: node bench/app.bench.mjs (needs Chromium; builds
 * nothing, so run npm run build first).
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { analyseClasses } from '../dist/analyses/classes/analyse-classes.js';
import { memorySource } from '../dist/base/bytes/byte-source.js';
import { startServer } from '../dist/server/start-server.js';
import { exportHtml } from '../dist/site-export/export-html.js';
import { folderStore } from '../dist/study/folder-store.js';
import { npyBytes, syntheticHead } from './support/heads.mjs';
import { median } from './support/measure.mjs';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const executablePath = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path && existsSync(path));
if (!executablePath) {
  console.log('No Chromium was found (set CHROMIUM_PATH to name one): nothing is measured.');
  process.exit(0);
}
const SECONDS = 5;
const line = (what, found, goal, met) =>
  console.log(`${what.padEnd(58)} ${found.padStart(12)}   goal ${goal}: ${met ? 'met' : 'MISSED'}`);

const root = mkdtempSync(join(tmpdir(), 'semblance-bench-'));
const browser = await chromium.launch({
  executablePath,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  const study = folderStore(join(root, 'study'));
  await analyseClasses(
    [256, 1280].map((features, i) => ({
      source: memorySource(`head-${i}.npy`, npyBytes(syntheticHead(1000, features, i + 1))),
    })),
    { draws: 2 },
    study,
  );
  const server = await startServer({ studies: [join(root, 'study')], appFolder: join(dist, 'app'), port: 0 });
  await measureFirstView(server.url);
  const map = await measureFrames(`${server.url}#/classes/map?layout=one`, '[role="application"]');
  const side = map.side;
  const empty = await measureFrames(
    `data:text/html,<body style="margin:0"><canvas width=${side} height=${side} style="width:${side}px;height:${side}px">`,
    'canvas',
  );
  const ratio = map.median / empty.median;
  line(
    `Pan and zoom for ${SECONDS} s: median frame, against an empty canvas`,
    `${map.median.toFixed(1)} ms (${ratio.toFixed(2)}×)`,
    '1.2×',
    ratio <= 1.2,
  );
  line('  longest task of the page meanwhile', `${map.longest.toFixed(0)} ms`, '100 ms', map.longest <= 100);
  await measureReorder(server.url);
  await server.close();

  const file = join(root, 'out.html');
  await exportHtml(study, file, { template: join(dist, 'app-single/index.html') });
  const megabytes = statSync(file).size / 2 ** 20;
  line('Export of the study (2 networks) as one file', `${megabytes.toFixed(1)} MB`, '8 MB', megabytes <= 8);
} finally {
  await browser.close();
  rmSync(root, { recursive: true, force: true });
}

/** Cold: the server has read nothing yet and the browser holds nothing. */
async function measureFirstView(url) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const scripts = new Set();
  page.on('response', (response) => {
    const path = new URL(response.url()).pathname;
    if (path.endsWith('.js') && !path.includes('worker')) scripts.add(path);
  });
  await page.addInitScript(() => {
    const look = () => {
      const canvas = document.querySelector('[role="application"] canvas');
      const drawn =
        canvas?.width > 0 && canvas.getContext('2d').getImageData(canvas.width >> 1, canvas.height >> 1, 1, 1).data[3];
      if (drawn) window.firstMap = performance.now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  await page.goto(url);
  const first = await (await page.waitForFunction(() => window.firstMap)).jsonValue();
  const bytes = [...scripts].reduce((sum, path) => sum + gzipSync(readFileSync(join(dist, 'app', path))).length, 0);
  const all = readdirSync(join(dist, 'app/assets')).length;
  line(
    `JavaScript of the first view (${scripts.size} of ${all} files), gzip`,
    `${(bytes / 1024).toFixed(0)} KB`,
    '180 KB',
    bytes <= 180 * 1024,
  );
  line('First map drawn, from a cold server', `${first.toFixed(0)} ms`, '1500 ms', first <= 1500);
  await page.close();
}

/** Wheels and drags over an element while the page notes each frame and each long task. */
async function measureFrames(url, selector) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(url);
  await page.waitForSelector(selector);
  await page.waitForTimeout(2500);
  const box = await page.locator(selector).first().boundingBox();
  await page.evaluate(() => {
    window.frames_ = [];
    window.longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration);
    }).observe({ type: 'longtask' });
    let last = performance.now();
    const tick = () => {
      const now = performance.now();
      window.frames_.push(now - last);
      last = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const end = performance.now() + SECONDS * 1000;
  for (let step = 0; performance.now() < end; step++) {
    const phase = step % 60;
    if (phase < 20) {
      await page.mouse.move(middle.x + 40 * Math.sin(step), middle.y + 40 * Math.cos(step));
      await page.mouse.wheel(0, step % 120 < 60 ? -60 : 60);
    } else if (phase === 20) await page.mouse.down();
    else if (phase < 59) await page.mouse.move(middle.x + 3 * (phase - 40), middle.y + 2 * (phase - 40));
    else await page.mouse.up();
  }
  const { frames, longest } = await page.evaluate(() => ({ frames: window.frames_, longest: window.longest }));
  await page.close();
  return { median: median(frames.slice(5)), longest, side: Math.round(Math.min(box.width, box.height)) };
}

/** From the click to the frame in which the new order is painted, for one map and for three. */
async function measureReorder(url) {
  for (const layout of ['one', 'compare']) {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`${url}#/classes/map?layout=${layout}`);
    await page.waitForTimeout(3000);
    const times = [];
    for (let i = 0; i < 8; i++) {
      const name = i % 2 === 0 ? 'Index' : 'WordNet';
      times.push(
        await page.evaluate(async (label) => {
          const input = [...document.querySelectorAll('input[type="radio"]')].find(
            (radio) => radio.parentElement.textContent.trim() === label,
          );
          const start = performance.now();
          input.click();
          await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
          return performance.now() - start;
        }, name),
      );
      await page.waitForTimeout(300);
    }
    const ms = median(times);
    line(
      `Reordering 1000 × 1000, ${layout === 'one' ? 'one map' : 'three maps at once'}`,
      `${ms.toFixed(0)} ms`,
      '150 ms',
      ms <= 150,
    );
    await page.close();
  }
}
