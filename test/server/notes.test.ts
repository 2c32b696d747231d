import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type RunningServer, startServer } from '#src/server/start-server.ts';
import { folderStore } from '#src/study/folder-store.ts';
import { writeMadeConcepts } from '../support/concepts-study.ts';
import { writeSampleStudy } from '../support/sample-study.ts';

const root = mkdtempSync(join(tmpdir(), 'semblance-notes-'));
const study = join(root, 'study');
const file = join(study, 'concept-notes.json');
let server: RunningServer;

beforeAll(async () => {
  await writeMadeConcepts(folderStore(study), { images: 4 });
  await writeSampleStudy(folderStore(join(root, 'plain')));
  mkdirSync(join(root, 'app'));
  server = await startServer({ studies: [study, join(root, 'plain')], appFolder: join(root, 'app'), port: 0 });
});
afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});
beforeEach(() => rmSync(file, { force: true }));

const origin = (): string => server.url.replace(/\/$/, '');
async function post(body: unknown, headers: Record<string, string> = {}, path = 'api/study/notes') {
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: { origin: origin(), 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, ...((await response.json()) as Answer) };
}
interface Answer {
  notes?: Record<string, unknown>;
  error?: { code: string; message: string; hint?: string };
}
const note = { concept: 'cat/0/3', name: 'whiskers', note: 'Left of the nose.' };

it('takes a note, keeps it in the study, and gives it back', async () => {
  const saved = await post(note);
  expect(saved.status).toBe(200);
  const kept = { 'cat/0/3': { name: 'whiskers', note: 'Left of the nose.' } };
  expect(saved.notes).toEqual(kept);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(kept);
  const read = await fetch(`${server.url}api/study/notes`);
  expect([read.status, read.headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect(await read.json()).toEqual({ notes: kept });
  expect((await post({ ...note, name: '', note: '' })).notes).toEqual({});
});

it('loses none of many that come at once', async () => {
  const concepts = ['cat', 'tabby-dog'].flatMap((id) =>
    [0, 1].flatMap((m) => [0, 1, 2, 3].map((j) => `${id}/${m}/${j}`)),
  );
  await Promise.all(concepts.map((concept) => post({ concept, name: concept, note: '' })));
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(
    Object.fromEntries(concepts.map((concept) => [concept, { name: concept }])),
  );
});

it('is not for pages elsewhere', async () => {
  for (const other of ['http://evil.example', 'null', `${origin()}0`, origin().replace('127.0.0.1', 'localhost')]) {
    const refused = await post(note, { origin: other });
    expect([refused.status, refused.error?.code], other).toEqual([403, 'ORIGIN']);
    expect(refused.headers.get('access-control-allow-origin')).toBeNull();
  }
  const plain = await post(note, { 'content-type': 'text/plain' });
  expect([plain.status, plain.error?.message]).toEqual([
    415,
    'A note is sent as JSON, with Content-Type: application/json.',
  ]);
  const asked = await fetch(`${server.url}api/study/notes`, {
    method: 'OPTIONS',
    headers: { origin: 'http://evil.example' },
  });
  expect([asked.status, asked.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
  expect(() => readFileSync(file)).toThrow(/ENOENT/);
});

it.each([
  ['no JSON', '{', 'The note that was sent is not valid JSON.'],
  ['a list', [1], 'A note of a concept is not as it should be; it: Invalid input'],
  ['a number as name', { ...note, name: 3 }, 'A note of a concept is not as it should be; its "name": Invalid input'],
  [
    'a note without end',
    { ...note, note: 'x'.repeat(10_001) },
    'A note of a concept is not as it should be; its "note":',
  ],
  ['a concept too many', { ...note, concept: 'cat/0/4' }, 'study: there is no concept "cat/0/4" in this study.'],
  ['a model without any', { ...note, concept: 'lorry/1/0' }, 'study: there is no concept "lorry/1/0" in this study.'],
  ['a trick', { ...note, concept: '__proto__' }, 'study: there is no concept "__proto__" in this study.'],
])('refuses %s', async (_, body, message) => {
  const refused = await post(body);
  expect([refused.status, refused.error?.message]).toEqual([400, expect.stringContaining(message)]);
  expect(() => readFileSync(file)).toThrow(/ENOENT/);
});

it('refuses what no note can be, without reading it all', async () => {
  const refused = await post({ ...note, note: 'x'.repeat(100_000) });
  expect([refused.status, refused.error?.message]).toEqual([413, 'A note may take at most 65536 bytes.']);
});

it('does not write over a file that a person broke', async () => {
  writeFileSync(file, '{ broken');
  const refused = await post(note);
  expect([refused.status, refused.error?.message]).toEqual([422, 'study: concept-notes.json is not valid JSON.']);
  expect(readFileSync(file, 'utf8')).toBe('{ broken');
});

it('has no concepts to note in another study', async () => {
  const refused = await post(note, {}, 'api/studies/plain/notes');
  expect([refused.status, refused.error?.message]).toEqual([
    400,
    'plain: there is no concept "cat/0/3" in this study.',
  ]);
});

it.skipIf(process.getuid?.() === 0)('says when the folder takes nothing', async () => {
  chmodSync(study, 0o555);
  try {
    const refused = await post(note);
    expect([refused.status, refused.error?.code]).toEqual([403, 'READ_ONLY']);
    expect(refused.error?.message).toBe('study: the note cannot be written (EACCES).');
  } finally {
    chmodSync(study, 0o755);
  }
});
