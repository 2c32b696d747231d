import { createHash } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { offlineWorker } from '#src/site-export/offline-worker.ts';

const SCOPE = 'https://host.test/below/';
const plan = { first: ['', 'assets/a.js'], together: { sample: ['sample/1', 'sample/2'] }, visited: ['docs/b.png'] };
const files = { 'index.html': 'page', 'assets/a.js': 'code', 'sample/1': 'one', 'sample/2': 'two', 'docs/b.png': 'b' };
const contents = (of: Record<string, string>) =>
  new Map(Object.entries(of).map(([path, text]) => [path, new TextEncoder().encode(text)]));

/** The worker of a site in a world of its own: a server, the browser's cache before it, and what the worker keeps. */
async function start(server: Record<string, string>, browserCache: Record<string, string> = {}) {
  const kept = new Map<string, Response>();
  const asked: string[] = [];
  const listeners = new Map<string, (event: object) => void>();
  const pathOf = (address: string): string => address.slice(SCOPE.length);
  const cache = {
    match: async (address: string) => kept.get(address)?.clone(),
    put: async (address: string, response: Response) => void kept.set(address, response),
  };
  const script = await offlineWorker(plan, contents(files));
  runInNewContext(script, {
    self: {
      location: `${SCOPE}offline.js`,
      addEventListener: (type: string, listener: (event: object) => void) => listeners.set(type, listener),
    },
    caches: { open: async () => cache },
    crypto,
    fetch: async (address: string, { cache: mode }: { cache: RequestCache }) => {
      const path = pathOf(address) || 'index.html';
      asked.push(`${path} ${mode}`);
      const text = (mode === 'reload' ? undefined : browserCache[path]) ?? server[path];
      return new Response(text ?? 'none', { status: text === undefined ? 404 : 200 });
    },
    URL,
    Response,
    Uint8Array,
  });
  const wait = async (type: string, event: object = {}): Promise<unknown> => {
    const waits: Promise<unknown>[] = [];
    let answer: Promise<Response> | undefined;
    listeners.get(type)!({
      ...event,
      waitUntil: (promise: Promise<unknown>) => waits.push(promise),
      respondWith: (promise: Promise<Response>) => (answer = promise),
    });
    const text = await answer?.then((response) => response.text());
    await Promise.all(waits);
    return text;
  };
  return {
    asked,
    install: () => wait('install'),
    get: (path: string) => wait('fetch', { request: { method: 'GET', url: SCOPE + path } }),
    kept: async () =>
      Object.fromEntries(
        await Promise.all(
          [...kept].map(async ([address, response]) => [pathOf(address), await response.clone().text()]),
        ),
      ),
  };
}

describe('the service worker of a site', () => {
  it('says of each file that it keeps what its bytes are', async () => {
    const script = await offlineWorker(plan, contents(files));
    const { sha256 } = JSON.parse(/^const PLAN = (.*);$/m.exec(script)![1]!);
    const hash = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(sha256).toEqual({
      '': hash('page'),
      'assets/a.js': hash('code'),
      'sample/1': hash('one'),
      'sample/2': hash('two'),
      'docs/b.png': hash('b'),
    });
  });

  it('keeps what it needs at once, and the rest as it is asked for', async () => {
    const worker = await start(files);
    await worker.install();
    expect(await worker.kept()).toEqual({ '': 'page', 'assets/a.js': 'code' });
    expect(await worker.get('docs/b.png')).toBe('b');
    expect(await worker.get('sample/1')).toBe('one');
    expect(await worker.kept()).toEqual({
      '': 'page',
      'assets/a.js': 'code',
      'docs/b.png': 'b',
      'sample/1': 'one',
      'sample/2': 'two',
    });
    const before = worker.asked.length;
    expect(await worker.get('index.html')).toBe('page');
    expect(worker.asked).toHaveLength(before);
    expect(worker.asked.every((line) => line.endsWith(' no-cache'))).toBe(true);
  });

  it('passes by a cache that holds a file of an earlier site', async () => {
    const worker = await start(files, { 'assets/a.js': 'old', 'sample/1': 'old', 'sample/2': 'old' });
    await worker.install();
    expect(await worker.get('sample/1')).toBe('one');
    expect(await worker.kept()).toMatchObject({ 'assets/a.js': 'code', 'sample/1': 'one', 'sample/2': 'two' });
    expect(worker.asked).toContain('sample/2 reload');
  });

  it('does not take its place over a site that is half uploaded', async () => {
    for (const half of [{ ...files, 'index.html': 'old' }, { 'index.html': 'page' }]) {
      const worker = await start(half);
      await expect(worker.install()).rejects.toThrow(/another file than the site was written with|answered 404/);
      expect(await worker.kept()).not.toMatchObject({ '': 'old' });
    }
  });

  it('gives what the server has where that is another file, and keeps none of it', async () => {
    const server: Record<string, string> = { ...files, 'sample/2': 'new', 'docs/b.png': 'new' };
    const worker = await start(server);
    await worker.install();
    expect(await worker.get('docs/b.png')).toBe('new');
    expect(await worker.get('sample/1')).toBe('one');
    expect(await worker.kept()).toEqual({ '': 'page', 'assets/a.js': 'code', 'sample/1': 'one' });
    // Once the server has it whole, it is kept.
    Object.assign(server, files);
    expect(await worker.get('docs/b.png')).toBe('b');
    expect(await worker.get('sample/1')).toBe('one');
    expect(await worker.kept()).toMatchObject({ 'docs/b.png': 'b', 'sample/2': 'two' });
  });
});
