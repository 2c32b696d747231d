/**
 * Builds, checks and tests everything; the last line counts what ran. `--quick` leaves out the checks of style and
 * types. Other arguments go to vitest.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const args = process.argv.slice(2);
const quick = args.includes('--quick');
const bin = (path) => join(root, 'node_modules', path);
let failed = 0;

/** Runs one check; a check counts as one failure when it fails and as nothing when it passes. */
function check(name, script, scriptArgs) {
  const { status } = spawnSync(process.execPath, [script, ...scriptArgs], { cwd: root, stdio: 'inherit' });
  if (status === 0) return true;
  console.error(`\nFailed: ${name}.`);
  failed++;
  return false;
}

const built = check('build', join(root, 'scripts/build.mjs'), []);
if (!quick) {
  check('lint (Biome)', bin('@biomejs/biome/bin/biome'), ['check', '--error-on-warnings', '.']);
  check('types of the tests', bin('typescript/bin/tsc'), ['-p', 'tsconfig.test.json']);
  if (existsSync(join(root, 'app/tsconfig.json')))
    check('types of the app (svelte-check)', bin('svelte-check/bin/svelte-check'), [
      '--tsconfig',
      'app/tsconfig.json',
      '--fail-on-warnings',
      '--output',
      'human',
    ]);
}

const counts = { passed: 0, skipped: 0 };
if (built) {
  const folder = mkdtempSync(join(tmpdir(), 'semblance-test-'));
  const report = join(folder, 'report.json');
  const vitestArgs = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { status } = spawnSync(
    process.execPath,
    [bin('vitest/vitest.mjs'), ...vitestArgs, ...args.filter((a) => a !== '--quick')],
    { cwd: root, stdio: 'inherit' },
  );
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    counts.passed = result.numPassedTests;
    counts.skipped = result.numPendingTests + result.numTodoTests;
    const brokenFiles = result.testResults.filter(
      (f) => f.status === 'failed' && f.assertionResults.every((t) => t.status !== 'failed'),
    ).length;
    failed += result.numFailedTests + brokenFiles;
    if (status !== 0 && result.numFailedTests + brokenFiles === 0) failed++;
    if (process.env.SEMBLANCE_REQUIRE_BROWSER === '1') failed += skippedBrowserTests(result);
  } catch {
    failed++;
  }
  rmSync(folder, { recursive: true, force: true });
}

/** With SEMBLANCE_REQUIRE_BROWSER=1 a skipped browser test is a failure: CI has a browser, so it must have been used. */
function skippedBrowserTests(result) {
  const skipped = result.testResults
    .filter((file) => file.name.includes('/test/e2e/'))
    .flatMap((file) => file.assertionResults.filter((test) => test.status !== 'passed' && test.status !== 'failed'));
  if (skipped.length > 0)
    console.error(`\nFailed: ${skipped.length} tests in a browser were skipped although one was required.`);
  return skipped.length;
}

console.log(`\n${counts.passed} passed, ${failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`);
process.exitCode = failed === 0 ? 0 : 1;
