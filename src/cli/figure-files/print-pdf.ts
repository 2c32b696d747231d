import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MissingRuntimeError } from '../../base/errors.ts';
import type { CliIo } from '../terminal/io.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'msedge'];
const ELSEWHERE = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];
/** What the browser may take before it is given up, in milliseconds. */
const TIMEOUT = 60_000;

/** The browser that prints: CHROMIUM_PATH, or one that is installed. */
function findBrowser(env: NodeJS.ProcessEnv): string | undefined {
  const folders = (env.PATH ?? '').split(delimiter);
  const candidates = [
    env.CHROMIUM_PATH,
    ...NAMES.flatMap((name) => folders.flatMap((folder) => [join(folder, name), join(folder, `${name}.exe`)])),
    ...ELSEWHERE,
  ];
  return candidates.find((path) => path !== undefined && path !== '' && existsSync(path));
}

/** An SVG as a page of its own size, to be printed. */
export function svgPage(svg: string): string {
  const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg)!;
  return `<!doctype html><meta charset="utf-8"><style>@page{size:${width}px ${height}px;margin:0}body{margin:0}svg{display:block}</style>${svg}`;
}

/**
 * A page without a script as a PDF, text as text, printed by an installed Chromium from a local file.
 * @throws MissingRuntimeError where there is no such browser or it does not print.
 */
export async function printPdf(html: string, io: CliIo): Promise<Uint8Array> {
  const browser = findBrowser(io.env);
  if (!browser)
    throw new MissingRuntimeError('A PDF is printed by Chromium, and none is installed.', {
      hint: 'Install chromium or google-chrome, name one in CHROMIUM_PATH, or write another format.',
    });
  const folder = await mkdtemp(join(tmpdir(), 'semblance-print-'));
  try {
    const page = join(folder, 'page.html');
    const out = join(folder, 'page.pdf');
    await writeFile(page, html);
    await run(
      browser,
      [
        ...['--headless', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'],
        ...['--disable-component-update', '--disable-extensions', '--disable-crash-reporter', '--hide-scrollbars'],
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        ...[`--user-data-dir=${join(folder, 'profile')}`, '--no-pdf-header-footer', `--print-to-pdf=${out}`],
        pathToFileURL(page).href,
      ],
      io.signal,
    );
    return new Uint8Array(
      await readFile(out).catch((cause) => {
        throw new MissingRuntimeError(`${browser} printed nothing.`, { cause });
      }),
    );
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function run(browser: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(browser, args, { stdio: 'ignore', signal, timeout: TIMEOUT });
    child.on('error', (cause) =>
      reject(signal.aborted ? cause : new MissingRuntimeError(`${browser} cannot be started.`, { cause })),
    );
    child.on('close', () => resolve());
  });
}
