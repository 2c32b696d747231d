/**
 * Builds, checks and tests everything; the last line counts what ran, over all parts, and each part says how long it took.
 *
 *     node scripts/test.mjs                        everything
 *     node scripts/test.mjs --quick test/measures  what is named, without checks; built only where it tests what is built
 *
 * Other arguments go to vitest.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const given = process.argv.slice(2);
const quick = given.includes('--quick');
const args = given.filter((arg) => arg !== '--quick');
const bin = (path) => join(root, 'node_modules', path);

/** Folders whose tests use what was built; all others test the source. */
const BUILT = ['test/cli', 'test/packaging', 'test/e2e'];
/** The parts of the suite, each run on its own so that browsers do not wait for mathematics. */
const PARTS = [
  { name: 'tests of the source', args: BUILT.flatMap((folder) => ['--exclude', `${folder}/**`]) },
  { name: 'tests of the built command line and package', args: ['test/cli', 'test/packaging'] },
  { name: 'tests in a browser, and of traced commands', args: ['test/e2e'] },
];

const counts = { passed: 0, failed: 0, skipped: 0 };

/** Runs a script with Node and says how long it took. @returns whether it succeeded. */
function run(name, script, scriptArgs) {
  const start = performance.now();
  const { status } = spawnSync(process.execPath, [script, ...scriptArgs], { cwd: root, stdio: 'inherit' });
  console.log(`${status === 0 ? 'done' : 'FAILED'}: ${name}, ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return status === 0;
}

/** A check counts as one failure when it fails and as nothing when it passes. */
function check(name, script, scriptArgs) {
  const passed = run(name, script, scriptArgs);
  if (!passed) counts.failed++;
  return passed;
}

/** Runs vitest and adds up what its report counts. */
function test(name, vitestArgs) {
  const folder = mkdtempSync(join(tmpdir(), 'semblance-test-'));
  const report = join(folder, 'report.json');
  const reporting = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const passed = run(name, bin('vitest/vitest.mjs'), [...reporting, ...vitestArgs]);
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    const brokenFiles = result.testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.every((one) => one.status !== 'failed'),
    ).length;
    const failed = result.numFailedTests + brokenFiles;
    counts.passed += result.numPassedTests;
    counts.skipped += result.numPendingTests + result.numTodoTests;
    counts.failed += passed ? failed : Math.max(1, failed);
    if (process.env.SEMBLANCE_REQUIRE_BROWSER === '1') counts.failed += skippedTests(result, '/test/e2e/', 'a browser');
    if (process.env.SEMBLANCE_REQUIRE_REDIS === '1') counts.failed += skippedTests(result, '/test/cli/queue.', 'Redis');
  } catch {
    counts.failed++;
  }
  rmSync(folder, { recursive: true, force: true });
}

/**
 * With SEMBLANCE_REQUIRE_BROWSER=1 and SEMBLANCE_REQUIRE_REDIS=1 a skipped test that needs one is a failure: CI has what
 * they need, so it must have been used.
 */
function skippedTests(result, part, what) {
  const skipped = result.testResults
    .filter((file) => file.name.includes(part))
    .flatMap((file) => file.assertionResults.filter((one) => one.status !== 'passed' && one.status !== 'failed'));
  if (skipped.length > 0)
    console.error(`\nFailed: ${skipped.length} tests with ${what} were skipped although it was required.`);
  return skipped.length;
}

const named = args.filter((arg) => !arg.startsWith('-'));
const needsBuild = !quick || named.length === 0 || named.some((path) => BUILT.some((folder) => path.includes(folder)));
const built = check('build', join(root, 'scripts/build.mjs'), needsBuild ? [] : ['kernels', 'wordnet']);
if (!quick) {
  check('lint (Biome)', bin('@biomejs/biome/bin/biome'), ['check', '--error-on-warnings', '.']);
  check('lint of the kernels (Biome)', join(root, 'scripts/lint-kernels.mjs'), []);
  check('types of library, tests and scripts', bin('typescript/bin/tsc'), ['-p', 'tsconfig.test.json']);
  check('types of the app (svelte-check)', bin('svelte-check/bin/svelte-check'), [
    ...['--tsconfig', 'app/tsconfig.json', '--fail-on-warnings', '--output', 'human'],
  ]);
}
if (built) {
  if (args.length > 0) test('tests', args);
  else for (const part of PARTS) test(part.name, part.args);
}

const { passed, failed, skipped } = counts;
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed === 0 ? 0 : 1;
