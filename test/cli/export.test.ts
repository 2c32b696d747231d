import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderStore } from '#src/study/folder-store.ts';
import { runCli, temporaryFolder } from '../support/run-cli.ts';
import { writeSampleStudy } from '../support/sample-study.ts';

const appBuilt = existsSync(fileURLToPath(new URL('../../dist/app-single/index.html', import.meta.url)));

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(async () => {
  folder = temporaryFolder();
  await writeSampleStudy(folderStore(join(folder.path, 'study')), { name: 'Mine' });
});
afterEach(() => folder.remove());
const cli = (...args: string[]) => runCli(['export', ...args], { cwd: folder.path });

describe('semblance export', () => {
  it.skipIf(!appBuilt)('writes one page, and says its name on stdout', async () => {
    const { code, stdout, stderr } = await cli('study', 'out.html');
    expect([code, stdout]).toEqual([0, 'out.html\n']);
    expect(stderr).toMatch(/\d+ files, \d+\.\d MB/);
    const page = readFileSync(join(folder.path, 'out.html'), 'utf8');
    expect(page).toContain('<title>Mine – Semblance</title>');
    expect(page).toContain('id="study-file:study.json"');
  });

  it.skipIf(!appBuilt)('writes a folder, and tells of it in JSON', async () => {
    const { code, stdout } = await cli('study', 'site/', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      command: 'export',
      path: join(folder.path, 'site'),
      files: expect.any(Number),
    });
    expect(existsSync(join(folder.path, 'site/study/study.json'))).toBe(true);
    expect(existsSync(join(folder.path, 'site/index.html'))).toBe(true);
  });

  it('does not write over what is not an export, unless forced', async () => {
    writeFileSync(join(folder.path, 'own.html'), 'mine');
    const { code, stderr } = await cli('study', 'own.html');
    expect(code).toBe(2);
    expect(stderr).toContain('--force');
    expect(readFileSync(join(folder.path, 'own.html'), 'utf8')).toBe('mine');
    const into = await cli('study', '.');
    expect([into.code, into.stderr.includes('--force')]).toEqual([2, true]);
  });

  it('names the file of a broken study and exits with 3', async () => {
    writeFileSync(join(folder.path, 'study/classes/orders.json'), '{}');
    const { code, stdout, stderr } = await cli('study', 'out.html', '--json');
    expect(code).toBe(3);
    expect(stderr).toContain('classes/orders.json is damaged or was changed');
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'FORMAT', file: 'classes/orders.json' } });
    expect(existsSync(join(folder.path, 'out.html'))).toBe(false);
  });

  it('wants both a study and a target', async () => {
    expect((await cli('study')).code).toBe(2);
    expect((await cli('nowhere', 'out.html')).code).toBe(3);
  });
});
