import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '#src/statistics/random.ts';
import { folderStore } from '#src/study/folder-store.ts';
import { writeTable } from '#src/tables/write-table.ts';
import { runCli, spawnCli, temporaryFolder } from '../support/run-cli.ts';
import { writeSafetensors } from '../support/safetensors-writer.ts';

/** What a reader of SECURITY.md broke on purpose; each kind is closed. */
const folder = temporaryFolder();
const at = (name: string) => join(folder.path, name);
const canMakePipes = spawnSync('mkfifo', ['--version']).status === 0;
beforeAll(() => {
  const random = createRandom(1);
  const data = Float32Array.from({ length: 8 * 5 }, () => random.normal());
  writeFileSync(at('m.safetensors'), writeSafetensors({ 'fc.weight': { shape: [8, 5], data } }));
  const names = ['=cmd|calc!A0', '+1', '-1', '@x', 'cat\n\nok  all files verified', '＝1+1', 'c', 'd'];
  writeFileSync(at('l.json'), JSON.stringify(names));
});
afterAll(() => folder.remove());

describe('names that would do something', () => {
  it.each(['csv', 'tsv'] as const)('run no formula from a table as %s, and numbers stay numbers', (format) => {
    const table = {
      id: 't',
      title: 't',
      columns: ['name', 'n'],
      rows: [
        ['=1+1', -1],
        ['＝2', 2],
        ['@x', null],
      ],
    };
    const text = writeTable(table as never, format);
    expect(text.split('\n').map((line) => line.split(/[,\t]/)[0])).toEqual(['name', "'=1+1", "'＝2", "'@x", '']);
    expect(text).toContain('-1');
  });

  it('forge no line of a report', async () => {
    const { stdout, code } = await runCli(
      ['classes', 'm.safetensors', '--labels', 'l.json', '--out', 's', '--no-open'],
      {
        cwd: folder.path,
      },
    );
    expect(code).toBe(0);
    expect(stdout).toContain('ok  all files verified');
    expect(stdout).not.toMatch(/^ok {2}all files/m);
    const csv = (await runCli(['table', 's', 'pairs'], { cwd: folder.path })).stdout;
    expect(csv).toContain(",'=cmd|calc!A0,");
    expect(csv).not.toMatch(/,[=+@＝]/);
  });

  const FORGED = 'x\nok  all files verified';
  const values = (rows: number, cols: number) => {
    const random = createRandom(rows + cols);
    return { shape: [rows, cols], data: Float32Array.from({ length: rows * cols }, () => random.normal()) };
  };

  it.each([
    [
      'a tensor, told as the head',
      async () => {
        writeFileSync(at('head.safetensors'), writeSafetensors({ [`${FORGED}.fc.weight`]: values(8, 5) }));
        const classes = ['classes', 'head.safetensors', '--labels', 'l.json', '--no-open', '--out', 'head'];
        return [classes, ['doctor', 'head.safetensors']];
      },
    ],
    [
      'a layer of features',
      async () => {
        const layers = { [FORGED]: values(12, 5), [`${FORGED} 2`]: values(12, 6) };
        writeFileSync(at('layers.safetensors'), writeSafetensors(layers));
        return [['representations', 'layers.safetensors', '--no-open', '--out', 'layers', '--also', 'cca']];
      },
    ],
    [
      'a run and its folder',
      async () => {
        for (const [name, info] of [
          ['run', { name: FORGED }],
          [FORGED, {}],
        ] as const) {
          mkdirSync(at(name), { recursive: true });
          for (const epoch of [0, 1])
            writeFileSync(
              join(at(name), `epoch-${epoch}.safetensors`),
              writeSafetensors({ 'fc.weight': values(8, 5) }),
            );
          writeFileSync(join(at(name), 'run.json'), JSON.stringify(info));
        }
        return ['run', FORGED].map((name, i) => ['training', name, '--no-open', '--out', `training ${i}`]);
      },
    ],
    [
      'a file',
      async () => {
        writeFileSync(at(`${FORGED}.safetensors`), writeSafetensors({ 'fc.weight': values(8, 5) }));
        return [
          ['classes', `${FORGED}.safetensors`, '--labels', 'l.json', '--no-open', '--out', 'file'],
          ['doctor', `${FORGED}.safetensors`],
        ];
      },
    ],
    ['a file that is not there', async () => [['classes', `${FORGED}.onnx`, '--no-open']]],
  ])('forge no line as the name of %s', async (_, make) => {
    for (const args of await make()) {
      const { stdout, stderr } = await runCli(args, { cwd: folder.path });
      const text = `${stdout}${stderr}`;
      expect(text).toContain('x\\nok  all files verified');
      expect(text).not.toMatch(/^\s*ok {2}all files/m);
    }
  });

  it('forge no address beside that of the server', async () => {
    const manifest = JSON.parse(readFileSync(at('s/study.json'), 'utf8'));
    writeFileSync(at('s/study.json'), JSON.stringify({ ...manifest, name: 'a\nhttp://evil.example/\n' }));
    const { stderr, stdout } = await spawnCli(['open', 's', '--port', '0', '--no-open', '--time-limit', '2'], {
      cwd: folder.path,
    });
    expect(stdout).not.toContain('evil');
    expect(stderr).toContain('Showing a\\u000ahttp://evil.example/\\u000a.');
  });
});

describe.skipIf(!canMakePipes)('pipes in the place of files', () => {
  const onnx = fileURLToPath(new URL('../../samples/pink-square/networks/with-square.onnx', import.meta.url));
  beforeAll(() => void spawnSync('mkfifo', [at('pipe.png'), at('pipe.txt')]));

  it('are refused as labels, in lists and in studies, at once', async () => {
    const labels = await runCli(['classes', 'm.safetensors', '--labels', './pipe.txt', '--no-open'], {
      cwd: folder.path,
    });
    expect(labels.code).toBe(2);
    const ofPictures = ['--labels', 'l.json', '--no-open', '--images'];
    const list = await runCli(['classes', 'm.safetensors', ...ofPictures, 'pipe.txt'], { cwd: folder.path });
    expect(list.code).toBe(3);
    writeFileSync(at('list.txt'), 'pipe.png\n');
    const within = await runCli(['representations', onnx, '--images', 'list.txt', '--no-open'], { cwd: folder.path });
    expect(within.code).toBe(3);
    expect(within.stderr).toContain('pipe.png cannot be read (it is no file)');
    await expect(folderStore(folder.path).read('pipe.png')).rejects.toThrow('pipe.png: is no file.');
  });
});
