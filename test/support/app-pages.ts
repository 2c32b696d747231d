import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchBrowser, openPage, type Served, type WatchedPage } from './browser.ts';

export interface AppPages<S extends Served> {
  /** What `serve` made; from the first test on. */
  readonly served: S;
  /** Opens a place of the app, such as "#/classes/map", once `ready` holds. */
  open(hash?: string, options?: BrowserContextOptions): Promise<Page>;
  /** Opens any address, by default the app's first page, and waits for nothing. */
  visit(address?: string, options?: BrowserContextOptions): Promise<WatchedPage>;
}

/**
 * Serves a study to a browser for all tests of a `describe` block, and closes the pages of each test: none may have
 * complained or asked for anything from elsewhere.
 */
export function appPages<S extends Served>(
  serve: () => Promise<S>,
  ready: (page: Page, hash: string) => Promise<void> = heading,
): AppPages<S> {
  let served: S;
  let browser: Browser;
  let opened: WatchedPage[] = [];
  beforeAll(async () => {
    served = await serve();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });
  afterEach(async () => {
    const complaints = opened.flatMap((watched) => watched.complaints);
    await Promise.all(opened.map(({ page }) => page.context().close()));
    opened = [];
    expect(complaints).toEqual([]);
  });
  const visit = async (address: string, options: BrowserContextOptions = {}): Promise<WatchedPage> => {
    const watched = await openPage(browser, address, options);
    opened.push(watched);
    return watched;
  };
  return {
    get served() {
      return served;
    },
    async open(hash = '#/', options = {}) {
      const { page } = await visit(`${served.server.url}${hash}`, options);
      await ready(page, hash);
      return page;
    },
    visit: (address = served.server.url, options) => visit(address, options),
  };
}

/** The view has its heading, seen or not. */
export async function heading(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor({ state: 'attached' });
}
