import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderStore } from '#src/study/folder-store.ts';
import { findChromium } from '../support/chromium.ts';
import { runCli, temporaryFolder } from '../support/run-cli.ts';
import { writeSampleStudy } from '../support/sample-study.ts';

const folder = temporaryFolder();
const report = (...args: string[]) => runCli(['report', 'study', ...args], { cwd: folder.path });
beforeAll(() => writeSampleStudy(folderStore(join(folder.path, 'study')), { models: ['alpha', 'beta'] }));
afterAll(() => folder.remove());

describe('semblance report', () => {
  it('writes one page that needs nothing else, the same twice', async () => {
    const { code, stdout, stderr } = await report('r.html', '--title', 'Which one?');
    expect([code, stdout]).toEqual([0, 'r.html\n']);
    expect(stderr).toMatch(/^\d+ figures, \d+\.\d MB\.\n$/);
    const html = readFileSync(join(folder.path, 'r.html'), 'utf8');
    expect(html).toContain('<h1>Which one?</h1>');
    expect(html).not.toMatch(/(src|href)="(?!data:)/);
    await report('again.html', '--title', 'Which one?', '-q');
    expect(readFileSync(join(folder.path, 'again.html'), 'utf8')).toBe(html);
  });

  it.skipIf(!findChromium())('prints a PDF of whole pages', async () => {
    const { code, stdout } = await report('r.pdf', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ command: 'report', path: 'r.pdf', pins: 0 });
    const pdf = readFileSync(join(folder.path, 'r.pdf')).toString('latin1');
    expect(pdf.startsWith('%PDF-')).toBe(true);
    expect(pdf).toMatch(/MediaBox \[0 0 59[45](\.\d+)? 84[12](\.\d+)?\]/);
  });

  it('refuses other endings, and names pins that are broken', async () => {
    const other = await report('r.docx');
    expect([other.code, other.stderr]).toEqual([
      2,
      expect.stringContaining('r.docx: a report is written as .html or .pdf.'),
    ]);
    writeFileSync(join(folder.path, 'study', 'report-pins.json'), '{"schemaVersion":1,"pins":[{}]}');
    const broken = await report('b.html');
    expect(broken.code).toBe(3);
    expect(broken.stderr).toContain('report-pins.json is not as its schema says: pins → 0 → id');
  });
});
