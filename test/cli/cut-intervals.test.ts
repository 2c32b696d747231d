import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCli, temporaryFolder } from '../support/run-cli.ts';
import { sampleLabels } from '../support/training-run.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

test('intervals of cuts say in report and study how many resamples they are of', async () => {
  writeFileSync(join(folder.path, 'ids.txt'), sampleLabels('tiny-imagenet-cnn').join('\n'));
  const sample = new URL('../../samples/tiny-imagenet-cnn/epoch-0040.safetensors', import.meta.url).pathname;
  const run = (...args: string[]) =>
    runCli(['classes', sample, '--labels', 'ids.txt', '--no-open', '--out', 's', ...args], { cwd: folder.path });
  const { code, stdout } = await run('--ci', '150', '--json');
  expect(code).toBe(0);
  const { interval, cuts } = JSON.parse(stdout).models[0].alignment['wordnet-path'];
  expect(interval.resamples).toBe(150);
  expect(cuts.map((cut: { interval: { resamples: number } }) => cut.interval.resamples)).toEqual(cuts.map(() => 150));
  expect((await run('--ci', '150')).stdout).toContain('where it comes from, 95 % intervals of 150 resamples');
  expect((await run()).stdout).toMatch(/where it comes from\n/);
});
