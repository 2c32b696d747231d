import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { type RunningServer, startServer } from '#src/server/start-server.ts';
import { folderStore } from '#src/study/folder-store.ts';
import { findChromium } from './chromium.ts';
import { writeSyntheticStudy } from './synthetic-study.ts';

export const appFolder = fileURLToPath(new URL('../../dist/app', import.meta.url));

/** A page that keeps what must not happen: messages of the console, failures, requests to elsewhere. */
export interface WatchedPage {
  page: Page;
  /** Console errors and warnings, uncaught errors, and requests that leave the page's own origin. */
  complaints: string[];
  /** Every address that was asked for. */
  requests: string[];
}

export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium()!,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
}

/** Opens an address and watches it. `origin` is what requests may go to: "http://127.0.0.1:1234", or "file://". */
export async function openPage(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(45_000);
  const complaints: string[] = [];
  const requests: string[] = [];
  const own = address.startsWith('file:') ? 'file:' : new URL(address).origin;
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    requests.push(url);
    if (!url.startsWith(own) && !/^(blob|data):/.test(url)) complaints.push(`request to ${url}`);
  });
  await page.goto(address);
  return { page, complaints, requests };
}

/** Waits until every map of the view is drawn and nothing is loading. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelectorAll('canvas').length > 0);
  await page.waitForFunction(() => document.querySelectorAll('.blank, .loading, .waiting').length === 0);
  await twoFrames(page);
}

export async function twoFrames(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(undefined)))),
  );
}

/** The file that a press of something saves. */
export async function savedFile(page: Page, press: () => Promise<void>): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent('download'), press()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** The parameters in the page's address. */
export function paramsOf(page: Page): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(new URL(page.url()).hash.split('?')[1] ?? ''));
}

/** Waits until a parameter of the address has a value. */
export async function expectParam(page: Page, name: string, value: string | undefined): Promise<void> {
  await expect.poll(() => paramsOf(page)[name], { timeout: 5000 }).toBe(value);
}

export interface Served {
  server: RunningServer;
  close(): Promise<void>;
}

/** Serves a study that `write` makes in a folder of its own. */
export async function serveStudy(write: (folder: string) => Promise<unknown>): Promise<Served & { folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'semblance-app-'));
  await write(folder);
  const server = await startServer({ studies: [folder], appFolder, port: 0 });
  return {
    server,
    folder,
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The thousand-class study of made-up networks. */
export function serveSynthetic(): Promise<Served & { folder: string }> {
  return serveStudy((folder) => writeSyntheticStudy(folderStore(folder)));
}
