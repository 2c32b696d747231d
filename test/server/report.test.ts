import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
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
const send = async (pins: unknown, headers: Record<string, string> = {}) => {
  const response = await fetch(`${server.url}api/study/report`, {
    method: 'POST',
    headers: { origin: server.url.replace(/\/$/, ''), 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ schemaVersion: 1, pins }),
  });
  return { status: response.status, body: (await response.json()) as { pins?: unknown; error?: { message: string } } };
};

it('keeps the pins of a report in the study, all of them at once', async () => {
  expect(await send([pin])).toEqual({ status: 200, body: { pins: [pin] } });
  const again = await send([{ ...pin, id: 'pin-2' }, pin]);
  expect(JSON.parse(readFileSync(join(study, 'report-pins.json'), 'utf8')).pins).toEqual(again.body.pins);
  const read = await fetch(`${server.url}api/study/report`);
  expect(await read.json()).toEqual(again.body);
});

it('takes pins from its own page only, and as its schema has them', async () => {
  const before = readFileSync(join(study, 'report-pins.json'));
  expect((await send([pin], { origin: 'http://evil.example' })).status).toBe(403);
  expect((await send([pin], { 'content-type': 'text/plain' })).status).toBe(415);
  const wrong = await send([{ ...pin, svg: 'javascript:' }]);
  expect([wrong.status, wrong.body.error?.message]).toEqual([
    400,
    expect.stringContaining('The pins of a report are not as they should be: pins → 0 → svg'),
  ]);
  expect(readFileSync(join(study, 'report-pins.json'))).toEqual(before);
});

it('writes nothing into a folder that holds no study, and says so', async () => {
  rmSync(join(study, 'report-pins.json'));
  renameSync(join(study, 'study.json'), join(root, 'aside.json'));
  try {
    const { status, body } = await send([pin]);
    expect([status, body.error?.message]).toEqual([expect.any(Number), expect.stringContaining('study.json')]);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body.error?.message).not.toContain('cannot be written');
    expect(existsSync(join(study, 'report-pins.json'))).toBe(false);
  } finally {
    renameSync(join(root, 'aside.json'), join(study, 'study.json'));
  }
});
