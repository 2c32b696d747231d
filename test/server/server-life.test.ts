import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '#src/base/errors.ts';
import { type RunningServer, type ServerOptions, startServer } from '#src/server/start-server.ts';
import { folderStore } from '#src/study/folder-store.ts';
import { rawRequest } from '../support/http.ts';
import { writeSampleStudy } from '../support/sample-study.ts';

const root = mkdtempSync(join(tmpdir(), 'semblance-server-life-'));
const appFolder = join(root, 'app');
const matrix = 'classes/models/alpha/ncsm.npy';
const running: RunningServer[] = [];
let count = 0;

const freshStudy = async (name = 'study'): Promise<string> => {
  const folder = join(root, `study-${count++}`);
  await writeSampleStudy(folderStore(folder), { name });
  return folder;
};
const start = async (study: string, options: Partial<ServerOptions> = {}): Promise<RunningServer> => {
  const server = await startServer({ studies: [study], appFolder, port: 0, ...options });
  running.push(server);
  return server;
};

beforeAll(() => {
  mkdirSync(appFolder);
  writeFileSync(join(appFolder, 'index.html'), '<title>app</title>');
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('a broken study is served as an error that names the file and the way out', () => {
  const harm: [string, (folder: string) => void, string, number, Record<string, unknown>][] = [
    [
      'a newer schemaVersion',
      (folder) => {
        const path = join(folder, 'study.json');
        writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), schemaVersion: 7 }));
      },
      'study.json',
      422,
      { code: 'UNSUPPORTED', file: 'study.json', hint: expect.stringContaining('Update Semblance') },
    ],
    [
      'a manifest cut off',
      (folder) => writeFileSync(join(folder, 'study.json'), '{"schemaVersion":1'),
      'study.json',
      422,
      { code: 'FORMAT', file: 'study.json', hint: expect.stringContaining('again') },
    ],
    [
      'no manifest',
      (folder) => rmSync(join(folder, 'study.json')),
      'study.json',
      404,
      { code: 'SOURCE', file: 'study.json', hint: expect.stringContaining('Name the folder') },
    ],
    [
      'a missing array',
      (folder) => rmSync(join(folder, matrix)),
      `display/${matrix}`,
      422,
      { code: 'FORMAT', file: matrix, message: expect.stringContaining('is missing') },
    ],
    [
      'an array that grew beyond what is sent',
      // Sparse: it takes no room on disk.
      (folder) => truncateSync(join(folder, matrix), 512 * 2 ** 20 + 1),
      `files/${matrix}`,
      422,
      { code: 'LIMIT', file: matrix, message: expect.stringContaining('536870913 bytes; at most 536870912') },
    ],
    [
      'a corrupt array',
      (folder) => appendFileSync(join(folder, matrix), 'x'),
      `row/${matrix}/0`,
      422,
      { code: 'FORMAT', file: matrix, message: expect.stringContaining('is damaged or was changed') },
    ],
  ];
  for (const [what, damage, path, status, error] of harm)
    it(what, async () => {
      const folder = await freshStudy();
      damage(folder);
      const server = await start(folder);
      const response = await rawRequest(server.url, `/api/study/${path}`);
      expect(response.status).toBe(status);
      expect(response.json()).toMatchObject({ error });
      expect(response.body.toString()).not.toContain(root);
      expect((await rawRequest(server.url, '/')).status).toBe(200);
      expect((await rawRequest(server.url, '/api/studies')).status).toBe(200);
    });

  it('and is served whole as soon as it is whole again', async () => {
    const folder = await freshStudy();
    const good = readFileSync(join(folder, matrix));
    writeFileSync(join(folder, matrix), 'broken');
    const server = await start(folder);
    expect((await rawRequest(server.url, `/api/study/files/${matrix}`)).status).toBe(422);
    writeFileSync(join(folder, matrix), good);
    expect((await rawRequest(server.url, `/api/study/files/${matrix}`)).status).toBe(200);
  });
});

describe('the app', () => {
  it('that was not built is said to be so', async () => {
    const server = await start(await freshStudy(), { appFolder: join(root, 'nowhere') });
    const response = await rawRequest(server.url, '/');
    expect(response.status).toBe(503);
    expect(response.body.toString()).toContain('npm run build');
    expect((await rawRequest(server.url, '/api/study/study.json')).status).toBe(200);
  });
});

describe('ports', () => {
  const blockers: Server[] = [];
  afterEach(() => {
    for (const blocker of blockers.splice(0)) blocker.close();
  });

  it('that are taken lead to the next free one', async () => {
    const blocker = createServer();
    blockers.push(blocker);
    await new Promise<void>((done) => blocker.listen(0, '127.0.0.1', done));
    const { port } = blocker.address() as AddressInfo;
    if (port === 65535) return;
    const server = await start(await freshStudy(), { port });
    expect(server.port).toBeGreaterThan(port);
    expect(server.url).toBe(`http://127.0.0.1:${server.port}/`);
    expect((await rawRequest(server.url, '/')).status).toBe(200);
  });

  it.each([-1, 65536, 1.5, Number.NaN])('cannot be %d', async (port) => {
    await expect(start(await freshStudy(), { port })).rejects.toThrow(UsageError);
  });

  it('of a host that is not ours are refused with the reason', async () => {
    await expect(start(await freshStudy(), { host: '203.0.113.1' })).rejects.toThrow(/Cannot listen on 203\.0\.113\.1/);
  });

  it('serve a page that says what to do where there is no study', async () => {
    const server = await startServer({ studies: [], appFolder, port: 0 });
    const study = await fetch(`${server.url}api/study/study.json`);
    expect(study.status).toBe(404);
    expect(await study.json()).toMatchObject({ error: { hint: expect.stringContaining('None is shown yet') } });
    await server.close();
  });
});

describe('a server that others can reach', () => {
  const address = Object.values(networkInterfaces())
    .flat()
    .find((entry) => entry && !entry.internal && entry.family === 'IPv4')?.address;

  it('wants its token, takes it once in the address and then as a cookie', async () => {
    const server = await start(await freshStudy(), { host: '0.0.0.0' });
    const base = `http://127.0.0.1:${server.port}/`;
    const token = new URL(server.url).searchParams.get('token')!;
    expect(token).toMatch(/^[\w-]{32}$/);

    for (const path of [
      '/',
      '/api/studies',
      `/api/study/files/${matrix}`,
      '/api/events',
      '/?token=',
      '/?token=wrong',
    ]) {
      const refused = await rawRequest(base, path);
      expect(refused.status, path).toBe(401);
      expect(refused.json()).toMatchObject({ error: { code: 'TOKEN' } });
    }
    const entry = await rawRequest(base, `/?token=${token}`);
    expect(entry.status).toBe(302);
    expect(entry.headers.location).toBe('/');
    const cookie = entry.headers['set-cookie']![0]!;
    expect(cookie).toMatch(/HttpOnly; SameSite=Lax$/);
    const studies = await rawRequest(base, '/api/studies', { headers: { cookie: cookie.split(';')[0]! } });
    expect(studies.json()).toEqual([{ id: expect.any(String), name: 'study' }]);
    const bearer = await rawRequest(base, '/api/studies', { headers: { authorization: `Bearer ${token}` } });
    expect(bearer.status).toBe(200);
  });

  it('does not lead elsewhere on the way in', async () => {
    const server = await start(await freshStudy(), { host: '0.0.0.0' });
    const token = new URL(server.url).searchParams.get('token')!;
    const entry = await rawRequest(`http://127.0.0.1:${server.port}/`, `//evil.example/?token=${token}`);
    expect(entry.headers.location ?? '').not.toMatch(/^(\/\/|http)/);
  });

  it('answers to addresses in numbers, and not to names that anyone could point at it', async () => {
    const server = await start(await freshStudy(), { host: '0.0.0.0' });
    const base = `http://127.0.0.1:${server.port}/`;
    const status = async (host: string) => (await rawRequest(base, '/', { headers: { host } })).status;
    expect(await status(`192.168.1.5:${server.port}`)).toBe(401);
    expect(await status(`evil.example:${server.port}`)).toBe(403);
  });

  it.skipIf(!address)('at an address of its own is guarded too', async () => {
    const server = await start(await freshStudy(), { host: address! });
    expect(server.url).toContain(`http://${address}:${server.port}/?token=`);
    expect((await rawRequest(server.url, '/')).status).toBe(401);
  });

  it('at another loopback address needs none', async () => {
    const server = await start(await freshStudy(), { host: 'localhost' });
    expect(server.url).toBe(`http://localhost:${server.port}/`);
    expect((await rawRequest(server.url, '/', { headers: { host: `localhost:${server.port}` } })).status).toBe(200);
  });
});

/** Reads server-sent events until `enough` have come. */
async function readEvents(response: Response, enough: (text: string) => boolean): Promise<string> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!enough(text)) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
  }
  reader.releaseLock();
  return text;
}

describe('events', () => {
  it('greet, and tell when the study was written anew', async () => {
    const folder = await freshStudy();
    const server = await start(folder);
    const response = await fetch(`${server.url}api/events`);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const [first, rest] = response.body!.tee();
    const hello = await readEvents(new Response(first), (text) => text.includes('\n\n'));
    const id = folder.split('/').at(-1)!;
    expect(hello).toContain(`event: hello\ndata: {"studies":["${id}"]}\n\n`);
    const before = (await rawRequest(server.url, '/api/study/study.json')).headers.etag;
    await writeSampleStudy(folderStore(folder), { name: 'again', classes: 5 });
    const changed = await readEvents(new Response(rest), (text) => text.includes('event: changed'));
    expect(changed).toContain(`event: changed\ndata: {"study":"${id}"}\n\n`);
    const after = await rawRequest(server.url, '/api/study/study.json', { headers: { 'if-none-match': before! } });
    expect(after.json()).toHaveProperty('name', 'again');
  });

  it('tell when a missing study comes into being', async () => {
    const folder = join(root, `later-${count++}`);
    mkdirSync(folder);
    const server = await start(folder);
    expect((await rawRequest(server.url, '/api/study/study.json')).status).toBe(404);
    const response = await fetch(`${server.url}api/events`);
    const listening = readEvents(response, (text) => text.includes('event: changed'));
    await writeSampleStudy(folderStore(folder));
    expect(await listening).toContain('event: changed');
    expect((await rawRequest(server.url, '/api/study/study.json')).status).toBe(200);
  });

  it('end when the server closes, which waits for nobody', async () => {
    const server = await start(await freshStudy());
    const streams = await Promise.all(Array.from({ length: 5 }, () => fetch(`${server.url}api/events`)));
    const ends = streams.map((stream) => readEvents(stream, () => false).catch(() => 'cut off'));
    running.pop();
    await server.close();
    await Promise.all(ends);
    await expect(rawRequest(server.url, '/')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('go on for others when one client leaves', async () => {
    const folder = await freshStudy();
    const server = await start(folder);
    const leaving = new AbortController();
    await fetch(`${server.url}api/events`, { signal: leaving.signal });
    const staying = await fetch(`${server.url}api/events`);
    leaving.abort();
    const listening = readEvents(staying, (text) => text.includes('event: changed'));
    await writeSampleStudy(folderStore(folder), { name: 'again' });
    expect(await listening).toContain('event: changed');
  });
});

it('writes nothing into the study', async () => {
  const folder = await freshStudy();
  const before = await folderStore(folder).list();
  const server = await start(folder);
  await rawRequest(server.url, `/api/study/display/${matrix}`);
  expect(await folderStore(folder).list()).toEqual(before);
  expect(existsSync(appFolder)).toBe(true);
});
