import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningServer, startServer } from '#src/server/start-server.ts';
import { folderStore } from '#src/study/folder-store.ts';
import { writeSampleStudy } from '../support/sample-study.ts';

const root = mkdtempSync(join(tmpdir(), 'semblance-report-'));
const study = join(root, 'study');
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

const pin = { id: 'pin-1', title: 'Map', caption: '', address: '#/classes/map', svg: '<svg/>' };
const send = async (change: unknown, headers: Record<string, string> = {}) => {
  const response = await fetch(`${server.url}api/study/report`, {
    method: 'POST',
    headers: { origin: server.url.replace(/\/$/, ''), 'content-type': 'application/json', ...headers },
    body: JSON.stringify(change),
  });
  return { status: response.status, body: (await response.json()) as { pins?: unknown; error?: { message: string } } };
};

const add = (id: string, before?: string) => ({ kind: 'add', pin: { ...pin, id }, before });

it('keeps the pins of a report in the study, upon what is there', async () => {
  expect(await send(add('pin-1'))).toEqual({ status: 200, body: { pins: [pin] } });
  // Two windows that pin at once; neither knows of the other.
  await Promise.all([send(add('pin-2', 'pin-1')), send(add('pin-3'))]);
  const again = await send({ kind: 'caption', id: 'pin-3', caption: 'third' });
  expect(again.body.pins).toEqual([{ ...pin, id: 'pin-2' }, pin, { ...pin, id: 'pin-3', caption: 'third' }]);
  expect(JSON.parse(readFileSync(join(study, 'report-pins.json'), 'utf8')).pins).toEqual(again.body.pins);
  const read = await fetch(`${server.url}api/study/report`);
  expect(await read.json()).toEqual(again.body);
});

it('leaves a file of pins alone that it cannot read', async () => {
  const file = join(study, 'report-pins.json');
  const before = readFileSync(file);
  writeFileSync(file, '{"schemaVersion": 1, "pins": [');
  try {
    const { status, body } = await send(add('pin-4'));
    expect([status >= 400, body.error?.message]).toEqual([true, expect.stringContaining('is not valid JSON')]);
    expect(readFileSync(file, 'utf8')).toBe('{"schemaVersion": 1, "pins": [');
  } finally {
    writeFileSync(file, before);
  }
});

it('takes pins from its own page only, and as its schema has them', async () => {
  const before = readFileSync(join(study, 'report-pins.json'));
  expect((await send(add('pin-9'), { origin: 'http://evil.example' })).status).toBe(403);
  expect((await send(add('pin-9'), { 'content-type': 'text/plain' })).status).toBe(415);
  const wrong = await send({ kind: 'add', pin: { ...pin, svg: 'javascript:' } });
  expect([wrong.status, wrong.body.error?.message]).toEqual([
    400,
    expect.stringContaining("The change of a report's pins is not as it should be: pin → svg"),
  ]);
  expect(readFileSync(join(study, 'report-pins.json'))).toEqual(before);
});

it('writes nothing into a folder that holds no study, and says so', async () => {
  rmSync(join(study, 'report-pins.json'));
  renameSync(join(study, 'study.json'), join(root, 'aside.json'));
  try {
    const { status, body } = await send(add('pin-9'));
    expect([status, body.error?.message]).toEqual([expect.any(Number), expect.stringContaining('study.json')]);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body.error?.message).not.toContain('cannot be written');
    expect(existsSync(join(study, 'report-pins.json'))).toBe(false);
  } finally {
    renameSync(join(root, 'aside.json'), join(study, 'study.json'));
  }
});
