import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderStore } from '#src/study/folder-store.ts';
import { runCli, temporaryFolder } from '../support/run-cli.ts';
import { writeSampleStudy } from '../support/sample-study.ts';

const appBuilt = existsSync(fileURLToPath(new URL('../../dist/app/index.html', import.meta.url)));

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(async () => {
  folder = temporaryFolder();
  await writeSampleStudy(folderStore(join(folder.path, 'study')), { name: 'Mine' });
});
afterEach(() => folder.remove());
const cli = (...args: string[]) => runCli(['site', ...args], { cwd: folder.path });

describe('semblance site', () => {
  it.skipIf(!appBuilt)('writes a site with a study as its sample, and says how to look at it', async () => {
    const { code, stdout, stderr } = await cli('out', '--sample', 'study');
    expect([code, stdout]).toEqual([0, 'out\n']);
    expect(stderr).toMatch(/\d+ files, \d+\.\d MB.*python3 -m http\.server --bind 127\.0\.0\.1 --directory out/);
    expect(existsSync(join(folder.path, 'out/sample/study.json'))).toBe(true);
    expect(readFileSync(join(folder.path, 'out/docs/index.html'), 'utf8')).toContain('<h1>Documentation</h1>');
  });

  it.skipIf(!appBuilt)('writes one without a sample, and tells of it in JSON', async () => {
    const { code, stdout, stderr } = await cli('out', '--no-sample', '--json', '--quiet');
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, command: 'site', path: join(folder.path, 'out') });
    expect(existsSync(join(folder.path, 'out/sample'))).toBe(false);
  });

  it.skipIf(!appBuilt)('makes the study of the demo for a sample where none is named', async () => {
    const { code, stderr } = await cli('out', '--quiet');
    expect([code, stderr]).toEqual([0, '']);
    const { instruments, name } = JSON.parse(readFileSync(join(folder.path, 'out/sample/study.json'), 'utf8'));
    expect(name).toBe('Semblance demo');
    expect(Object.keys(instruments).sort()).toEqual(['classes', 'concepts', 'representations', 'training']);
  });

  it('refuses a folder that holds other things before it makes a sample', async () => {
    mkdirSync(join(folder.path, 'out'));
    writeFileSync(join(folder.path, 'out/mine.txt'), 'mine');
    const { code, stderr } = await cli('out');
    expect(code).toBe(2);
    expect(stderr).toContain('is not empty and is not a site that Semblance wrote');
    expect(stderr).not.toContain('--force');
  });

  it('names a sample that is not there, and writes nothing', async () => {
    const { code, stderr } = await cli('out', '--sample', 'nowhere');
    expect(code).toBe(3);
    expect(stderr).toContain('nowhere');
    expect(existsSync(join(folder.path, 'out'))).toBe(false);
  });
});
