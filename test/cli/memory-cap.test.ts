import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import { createRandom } from '#src/statistics/random.ts';
import { runCli, temporaryFolder } from '../support/run-cli.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());
beforeAll(() => {
  const random = createRandom(1);
  const data = Float32Array.from({ length: 100 * 49 * 2300 }, () => random.next() - 0.5);
  writeFileSync(join(folder.path, 'features.npy'), encodeNpy(data, [100, 49, 2300]));
});

const ARGS = ['representations', 'features.npy', '--tokens', 'none', '--threads', '2', '--approximation', '0', '-q'];

describe('--max-memory of a file of features', () => {
  it('refuses what does not fit before it begins, and says what would', async () => {
    const { code, stderr } = await runCli([...ARGS, '--max-memory', '256M', '--out', 'none'], { cwd: folder.path });
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /error features: layer array of 100 images, 49 positions × 2,300 channels, takes about \d+ MiB of memory; 256 MiB are allowed \(--max-memory\)\.\nhint {2}What helps: .*--max-memory \d+M\./,
    );
    expect(existsSync(join(folder.path, 'none/study.json'))).toBe(false);
  });

  it('refuses several models before the first of them is measured', async () => {
    const small = encodeNpy(
      new Float32Array(100 * 4 * 8).map((_, i) => Math.sin(i)),
      [100, 4, 8],
    );
    writeFileSync(join(folder.path, 'small.npy'), small);
    const both = ['representations', 'small.npy', ...ARGS.slice(1)];
    const { code, stderr } = await runCli([...both, '--max-memory', '256M', '--out', 'none'], { cwd: folder.path });
    expect(code).toBe(3);
    expect(stderr).toMatch(/error features: layer array .* beside \d+ KiB of the layers before it; 256 MiB/);
    expect(existsSync(join(folder.path, 'none'))).toBe(false);
  });

  it('counts the pairs within batches of CKA, and the bounds of a search', async () => {
    const many = encodeNpy(
      new Float32Array(45_000 * 4 * 2).map((_, i) => Math.sin(i * i)),
      [45_000, 4, 2],
    );
    writeFileSync(join(folder.path, 'many.npy'), many);
    const args = ['representations', 'many.npy', '--tokens', 'none', '--threads', '1', '--pairs', '0', '-q'];
    const refused = (...more: string[]) => runCli([...args, ...more, '--max-memory', '256M'], { cwd: folder.path });
    const batches = await refused('--queries', '0');
    expect(batches.stderr).toMatch(/takes about 5\d\d MiB of memory; 256 MiB are allowed/);
    expect(batches.stderr).toContain('a smaller --cka-batch');
    const searched = await refused('--cka-batch', '10', '--queries', '300');
    expect(searched.stderr).toMatch(/takes about 2[6-9]\d MiB of memory/);
  });

  it.skipIf(!existsSync('/proc/self/status'))('holds for the whole process, by its peak', async () => {
    const command = fileURLToPath(new URL('../../dist/cli/supervision/supervised.js', import.meta.url));
    const child = spawn(process.execPath, [command, ...ARGS, '--max-memory', '448M', '--out', 'within'], {
      cwd: folder.path,
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    let peak = 0;
    const look = setInterval(() => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
        peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
      } catch {
        // It ended between two looks.
      }
    }, 20);
    const [code] = await once(child, 'exit');
    clearInterval(look);
    expect(code).toBe(0);
    expect(peak).toBeGreaterThan(100);
    expect(peak).toBeLessThan(448 + 64);
  });
});
