import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningServer, startServer } from '#src/server/start-server.ts';
import { folderStore } from '#src/study/folder-store.ts';
import { writeSampleStudy } from '../support/sample-study.ts';

const root = mkdtempSync(join(tmpdir(), 'semblance-name-'));
const study = join(root, 'study');
const file = join(study, 'study.json');
let server: RunningServer;
beforeAll(async () => {
  await writeSampleStudy(folderStore(study));
  mkdirSync(join(root, 'app'));
  server = await startServer({ studies: [study], appFolder: join(root, 'app'), port: 0 });
});
afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

const send = async (body: unknown, headers: Record<string, string> = {}) => {
  const response = await fetch(`${server.url}api/studies/study/name`, {
    method: 'POST',
    headers: { origin: server.url.replace(/\/$/, ''), 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as { name?: string; error?: { message: string } } };
};

it('writes the name of a study into its manifest, and nothing else', async () => {
  const before = JSON.parse(readFileSync(file, 'utf8'));
  expect(await send({ name: '  Birds & bees ' })).toEqual({ status: 200, body: { name: 'Birds & bees' } });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ ...before, name: 'Birds & bees' });
  const listed = (await (await fetch(`${server.url}api/home`)).json()) as { name: string }[];
  expect(listed[0]!.name).toBe('Birds & bees');
});

it.each([
  ['', {}],
  ['   ', {}],
  ['a\nb', {}],
  ['a\u001bb', {}],
  ['x'.repeat(201), {}],
  [7, {}],
  ['more', { folder: '/' }],
])('refuses %j', async (name, more) => {
  const before = readFileSync(file);
  const { status, body } = await send({ name, ...more });
  expect([status, body.error?.message]).toEqual([400, expect.stringContaining('one line of 1 to 200 characters')]);
  expect(readFileSync(file)).toEqual(before);
});

it('takes names from its own page only', async () => {
  const before = readFileSync(file);
  expect((await send({ name: 'theirs' }, { origin: 'http://evil.example' })).status).toBe(403);
  expect((await send({ name: 'theirs' }, { 'content-type': 'text/plain' })).status).toBe(415);
  expect(readFileSync(file)).toEqual(before);
});

it('leaves a study alone that an analysis is writing to, without saying where it lies', async () => {
  const release = await folderStore(study).lock!();
  try {
    const { status, body } = await send({ name: 'meanwhile' });
    expect([status, body.error?.message]).toEqual([
      403,
      'study: the name cannot be written (an analysis is writing to it).',
    ]);
  } finally {
    await release();
  }
  expect((await send({ name: 'after it' })).status).toBe(200);
});
