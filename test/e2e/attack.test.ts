import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What each part of `npm run attack` says of a few seconds' work, as far as it has to have done some. */
it.each([
  ['values', /^values: [1-9]\d{3,} documents, [1-9]\d* read, [1-9]\d* refused, at most \d+ MB in \d+ s, 0 failures$/m],
  ['kills', /^kills: [1-9]\d* kills, [1-9]\d* runs resumed with the same contents in \d+ s, 0 failures$/m],
  ['server', /^server: 1\d{3} requests, 800 half-open connections, [1-9]\d* noisy requests in \d+ s, 0 failures$/m],
  ['remote', /^remote: [1-9]\d* servers, \d+ models read, [1-9]\d* refused, at most \d+ MB in \d+ s, 0 failures$/m],
])('npm run attack finds nothing in five seconds: %s', (part, expected) => {
  const { stdout, status } = spawnSync(
    process.execPath,
    ['scripts/attack.mjs', '--only', part, '--seconds', '5', '--seed', '7'],
    { cwd: root, encoding: 'utf8' },
  );
  expect(stdout).toMatch(expected);
  expect(status).toBe(0);
});
