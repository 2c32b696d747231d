import { mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '#src/base/sha256.ts';
import { type RunningServer, startServer } from '#src/server/start-server.ts';
import { decodeDisplayMatrix, quantiseMatrix } from '#src/study/display-matrix.ts';
import { folderStore } from '#src/study/folder-store.ts';
import type { StudyManifest } from '#src/study/manifest.ts';
import { rawRequest } from '../support/http.ts';
import { randomSimilarity, writeSampleStudy } from '../support/sample-study.ts';

const root = mkdtempSync(join(tmpdir(), 'semblance-server-'));
const study = join(root, 'my study');
const second = join(root, 'second');
const appFolder = join(root, 'app');
const matrix = 'classes/models/alpha/ncsm.npy';
const CLASSES = 60;
let manifest: StudyManifest;
let server: RunningServer;
const get = (path: string, headers?: Record<string, string>) =>
  rawRequest(server.url, path, headers === undefined ? {} : { headers });

beforeAll(async () => {
  manifest = await writeSampleStudy(folderStore(study), { classes: CLASSES, name: 'My study' });
  await writeSampleStudy(folderStore(second), { classes: 3, name: 'Second' });
  mkdirSync(join(appFolder, 'assets'), { recursive: true });
  writeFileSync(join(appFolder, 'index.html'), '<!doctype html><title>app</title>');
  writeFileSync(join(appFolder, 'assets', 'index-Ab3dEf9_.js'), `console.log(${JSON.stringify('x'.repeat(5000))});`);
  writeFileSync(join(appFolder, '.hidden'), 'hidden');
  writeFileSync(join(root, 'secret.txt'), 'secret');
  symlinkSync(join(root, 'secret.txt'), join(appFolder, 'link.txt'));
  server = await startServer({ studies: [study, second], appFolder, port: 0 });
});
afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

describe('what is served', () => {
  it('gives the app and its assets, those named by content for good', async () => {
    const page = await get('/');
    expect(page.status).toBe(200);
    expect(page.body.toString()).toContain('<title>app</title>');
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['cache-control']).toBe('no-cache');
    const script = await get('/assets/index-Ab3dEf9_.js');
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(script.headers['cache-control']).toContain('immutable');
  });

  it('lists the studies, and gives each by its id', async () => {
    expect((await get('/api/studies')).json()).toEqual([
      { id: 'my-study', name: 'My study', path: study },
      { id: 'second', name: 'Second', path: second },
    ]);
    expect((await get('/api/study/study.json')).json()).toEqual(manifest);
    expect((await get('/api/studies/second/study.json')).json()).toHaveProperty('name', 'Second');
    expect((await get('/api/studies/second/row/classes/models/alpha/ncsm.npy/2')).raw.length).toBe(12);
    expect((await get('/api/studies/third/study.json')).status).toBe(404);
  });

  it('sums up each study for the list of all, and says why one cannot be read', async () => {
    const list = (await get('/api/home')).json() as Record<string, unknown>[];
    expect(list.map(({ id }) => id)).toEqual(['my-study', 'second']);
    expect(list[0]).toMatchObject({ name: 'My study', instruments: ['classes'], models: ['alpha'], images: null });
    expect(list[0]!.classes).toBe(manifest.instruments.classes!.labels.classes);
    expect(list[0]!.picture).toBe('classes/models/alpha/ncsm.npy');
    expect(list[0]!.bytes as number).toBeGreaterThan(1000);
    expect(Date.parse(list[0]!.changed as string)).toBeGreaterThan(0);
  });

  it('gives the listed files as they are on disk', async () => {
    for (const path of Object.keys(manifest.files)) {
      const response = await get(`/api/study/files/${path}`);
      expect(response.status, path).toBe(200);
      expect(new Uint8Array(response.body), path).toEqual(await folderStore(study).read(path));
      expect(response.headers.etag, path).toBe(`"${manifest.files[path]}"`);
    }
  });

  it('gives a matrix quantised for display, half of it when symmetric', async () => {
    const response = await get(`/api/study/display/${matrix}`);
    expect(response.headers['content-type']).toBe('application/octet-stream');
    expect(response.body.length).toBe(24 + (CLASSES * (CLASSES + 1)) / 2);
    expect(decodeDisplayMatrix(response.body)).toEqual(
      quantiseMatrix({ rows: CLASSES, cols: CLASSES, data: randomSimilarity(CLASSES, 16, 0) }),
    );
  });

  it('gives exact rows', async () => {
    const expected = randomSimilarity(CLASSES, 16, 0);
    for (const row of [0, 7, CLASSES - 1]) {
      const { body } = await get(`/api/study/row/${matrix}/${row}`);
      expect(new Float32Array(new Uint8Array(body).buffer)).toEqual(expected.slice(row * CLASSES, (row + 1) * CLASSES));
    }
  });

  it.each([
    [`/api/study/row/${matrix}/${CLASSES}`, 400, 'USAGE', 'there is no row 60'],
    [`/api/study/row/${matrix}/-1`, 400, 'USAGE', 'does not end in the number of a row'],
    [`/api/study/row/${matrix}`, 400, 'USAGE', 'does not end in the number of a row'],
    ['/api/study/display/classes/orders.json', 400, 'USAGE', 'is not an array'],
    ['/api/study/display/none.npy', 404, 'SOURCE', 'none.npy is not a file of this study'],
    ['/api/study/files/run.json', 404, 'SOURCE', 'run.json is not a file of this study'],
    ['/api/study/files/', 404, 'SOURCE', 'is not a file of this study'],
    ['/api/nothing', 404, 'NOT_FOUND', '/api/nothing'],
    ['/nothing.js', 404, 'NOT_FOUND', '/nothing.js'],
  ])('answers %s with %i and an error in JSON', async (path, status, code, message) => {
    const response = await get(path);
    expect(response.status).toBe(status);
    expect(response.json()).toMatchObject({ error: { code, message: expect.stringContaining(message) } });
    expect(response.headers['cache-control']).toBe('no-store');
  });

  it('only shows: every method that could change something is refused', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const response = await rawRequest(server.url, `/api/study/files/${matrix}`, { method });
      expect(response.status, method).toBe(405);
      expect(response.headers.allow).toBe('GET, HEAD');
    }
  });

  it('answers HEAD with the headers alone', async () => {
    for (const path of [`/api/study/files/${matrix}`, '/', '/api/events']) {
      const response = await rawRequest(server.url, path, { method: 'HEAD' });
      expect([response.status, response.raw.length]).toEqual([200, 0]);
    }
  });
});

describe('headers', () => {
  it.each(['/', '/assets/index-Ab3dEf9_.js', '/api/studies', '/api/nothing', '/none'])('protect %s', async (path) => {
    const { headers } = await get(path);
    expect(headers['content-security-policy']).toBe(
      "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(headers).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect(headers).not.toHaveProperty('x-powered-by');
  });

  it('protect refusals and unchanged answers too', async () => {
    const { headers } = await get('/api/study/study.json');
    const unchanged = await get('/api/study/study.json', { 'if-none-match': headers.etag! });
    const refused = await get('/', { host: 'evil.example' });
    expect([unchanged.status, refused.status]).toEqual([304, 403]);
    expect(unchanged.headers).toHaveProperty('content-security-policy', headers['content-security-policy']);
    expect(refused.headers['content-security-policy']).toContain("default-src 'self'");
  });

  it('let nothing out of a study do anything, whatever it is', async () => {
    const hostile = join(root, 'hostile');
    const store = folderStore(hostile);
    const made = await writeSampleStudy(store, { classes: 3, name: 'Hostile' });
    const script = new TextEncoder().encode('<script>fetch("/api/studies")</script>');
    const names = ['x.html', 'x.js', 'x.svg', 'x.xml', 'x.xhtml', 'x', 'x.json', 'x.png', 'x.npy'];
    for (const name of names) {
      await store.write(`classes/${name}`, script);
      made.files[`classes/${name}`] = await sha256Hex(script);
    }
    await store.write('study.json', new TextEncoder().encode(JSON.stringify(made)));
    const other = await startServer({ studies: [study, hostile], appFolder, port: 0 });
    try {
      for (const name of names) {
        const { status, headers } = await rawRequest(other.url, `/api/studies/hostile/files/classes/${name}`);
        expect(status).toBe(200);
        expect(headers['content-security-policy']).toBe("sandbox; default-src 'none'; frame-ancestors 'none'");
        expect(headers['x-content-type-options']).toBe('nosniff');
        const shown = /\.(json|png)$/.test(name);
        expect(headers['content-disposition']).toBe(shown ? undefined : 'attachment');
        expect(headers['content-type']).toBe(
          name === 'x.json'
            ? 'application/json; charset=utf-8'
            : name === 'x.png'
              ? 'image/png'
              : 'application/octet-stream',
        );
      }
      const { headers } = await rawRequest(other.url, '/api/studies/hostile/study.json');
      expect(headers['content-security-policy']).toContain('sandbox');
    } finally {
      await other.close();
    }
  });
});

describe('the Host header', () => {
  const name = (host: string): string => host.replace('PORT', String(server.port));

  it.each(['127.0.0.1:PORT', 'localhost:PORT', 'LOCALHOST:PORT', '[::1]:PORT'])('%s is answered', async (host) => {
    expect((await get('/api/study/study.json', { host: name(host) })).status).toBe(200);
  });

  it.each([
    'evil.example',
    'evil.example:PORT',
    '127.0.0.1',
    'localhost',
    '127.0.0.1:1',
    '127.0.0.1.evil.example:PORT',
    'localhost.evil.example:PORT',
    'evil.localhost:PORT',
    '192.168.0.1:PORT',
    '0.0.0.0:PORT',
    '[::]:PORT',
  ])('%s is refused everywhere', async (host) => {
    for (const path of ['/', '/api/study/study.json', `/api/study/files/${matrix}`, '/api/events']) {
      const response = await get(path, { host: name(host) });
      expect(response.status, path).toBe(403);
      expect(response.json()).toMatchObject({ error: { code: 'HOST' } });
    }
  });

  it('with a user part or a doubled port is refused', async () => {
    for (const host of [
      'user@127.0.0.1:PORT',
      '127.0.0.1:PORT:PORT',
      '127.0.0.1:PORT, evil.example',
      '127.0.0.1:PORT0',
    ])
      expect((await get('/', { host: name(host) })).status).toBeGreaterThanOrEqual(400);
  });

  it('that is missing is refused', async () => {
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(server.port, '127.0.0.1', () => socket.write('GET / HTTP/1.0\r\n\r\n'));
      let answer = '';
      socket.on('data', (chunk) => (answer += chunk));
      socket.on('end', () => resolve(answer));
      socket.on('error', reject);
    });
    expect(text).toMatch(/^HTTP\/1\.1 4\d\d/);
    expect(text).not.toContain('<title>app');
  });
});

describe('paths that climb', () => {
  const climbing = [
    '../secret.txt',
    '../../secret.txt',
    '..%2fsecret.txt',
    '%2e%2e/secret.txt',
    '%2e%2e%2fsecret.txt',
    '%252e%252e%252fsecret.txt',
    '..%252fsecret.txt',
    '..%c0%afsecret.txt',
    '%c0%ae%c0%ae/secret.txt',
    '..\\secret.txt',
    '..%5csecret.txt',
    'classes/../../secret.txt',
    'classes/%2e%2e/%2e%2e/secret.txt',
    './secret.txt',
    './/../secret.txt',
    '/etc/passwd',
    '//etc/passwd',
    '%2fetc%2fpasswd',
    'file:///etc/passwd',
    'C:/Windows/win.ini',
    'classes/classes.jsonl%00.npy',
    `${matrix}%00`,
    `${matrix}/`,
    `${matrix}/.`,
    '.hidden',
    'link.txt',
    '%',
    '%zz',
    '...',
    '~root/.ssh/id_rsa',
    'a'.repeat(3000),
  ];
  for (const prefix of ['/', '/assets/', '/api/study/files/', '/api/study/display/', '/api/studies/second/files/'])
    it(`below ${prefix} give nothing away`, async () => {
      for (const path of climbing) {
        const response = await get(prefix + path);
        expect(response.status, path).toBeGreaterThanOrEqual(400);
        expect(response.status, path).toBeLessThan(500);
        expect(response.body.toString(), path).not.toMatch(/^secret$|hidden$|root:/m);
      }
    });

  it('that climb and come back are refused, not resolved', async () => {
    expect((await get(`/x/../api/study/files/${matrix}`)).status).toBe(400);
    expect((await get('/api/study/files/classes/../classes/classes.jsonl')).status).toBe(404);
  });

  it('through a symbolic link in the study are refused, though the manifest lists them', async () => {
    const folder = join(root, 'linked');
    await writeSampleStudy(folderStore(folder));
    const path = join(folder, 'classes', 'orders.json');
    unlinkSync(path);
    symlinkSync(join(root, 'secret.txt'), path);
    const own = await startServer({ studies: [folder], appFolder, port: 0 });
    try {
      const response = await rawRequest(own.url, '/api/study/files/classes/orders.json');
      expect(response.status).toBe(400);
      expect(response.json()).toMatchObject({ error: { file: 'classes/orders.json' } });
    } finally {
      await own.close();
    }
  });
});

describe('entity tags and compression', () => {
  const path = `/api/study/files/classes/models/alpha/ranking.jsonl`;

  it.each([
    ['br', 'br'],
    ['gzip', 'gzip'],
    ['gzip, deflate, br', 'br'],
    ['br;q=0, gzip', 'gzip'],
    ['gzip;q=1.0, br;q=0.1', 'gzip'],
    ['*', 'br'],
    ['deflate', undefined],
    ['identity', undefined],
    ['', undefined],
  ])('Accept-Encoding %j is answered with %j', async (accepted, encoding) => {
    const response = await get(path, { 'accept-encoding': accepted });
    expect(response.headers['content-encoding']).toBe(encoding);
    expect(response.headers.vary).toBe('Accept-Encoding');
    expect(Number(response.headers['content-length'])).toBe(response.raw.length);
    expect(new Uint8Array(response.body)).toEqual(await folderStore(study).read('classes/models/alpha/ranking.jsonl'));
  });

  it('leaves small answers as they are', async () => {
    const response = await get('/', { 'accept-encoding': 'br' });
    expect(response.headers).not.toHaveProperty('content-encoding');
  });

  it.each(['/', '/api/study/study.json', path, `/api/study/display/${matrix}`, `/api/study/row/${matrix}/3`])(
    'spares a client that has %s already',
    async (target) => {
      for (const encoding of ['identity', 'gzip', 'br']) {
        const first = await get(target, { 'accept-encoding': encoding });
        const tag = first.headers.etag!;
        for (const sent of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
          const again = await get(target, { 'accept-encoding': encoding, 'if-none-match': sent });
          expect([again.status, again.raw.length]).toEqual([304, 0]);
        }
        expect((await get(target, { 'if-none-match': '"other"' })).status).toBe(200);
      }
    },
  );

  it('tells the encodings and the forms of one file apart', async () => {
    const tags = await Promise.all([
      get(path, { 'accept-encoding': 'br' }),
      get(path, { 'accept-encoding': 'gzip' }),
      get(path),
      get(`/api/study/files/${matrix}`),
      get(`/api/study/display/${matrix}`),
      get(`/api/study/row/${matrix}/0`),
      get(`/api/study/row/${matrix}/1`),
    ]);
    expect(new Set(tags.map((response) => response.headers.etag)).size).toBe(tags.length);
  });

  it('answers many at once, all alike', async () => {
    const encodings = ['identity', 'gzip', 'br'];
    const targets = [`/api/study/files/${matrix}`, `/api/study/display/${matrix}`, path];
    const answers = await Promise.all(
      Array.from({ length: 90 }, (_, i) => get(targets[i % 3]!, { 'accept-encoding': encodings[((i / 3) % 3) | 0]! })),
    );
    for (const [i, answer] of answers.entries()) {
      expect(answer.status).toBe(200);
      expect(answer.body.equals(answers[i % 3]!.body)).toBe(true);
    }
  });
});
