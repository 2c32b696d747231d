/**
 * Cuts a release: `npm run release -- 0.3.0`. Sets the version where it stands (package.json and its lock, the library,
 * CITATION.cff), gives the changes under "Unreleased" their heading, and commits; the tag is made by whoever publishes.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [version] = process.argv.slice(2);
const fail = (message) => {
  console.error(message);
  process.exit(2);
};
const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' });

if (!/^\d+\.\d+\.\d+$/.test(version ?? '')) fail('Usage: npm run release -- MAJOR.MINOR.PATCH');
if (git('status', '--porcelain').trim() !== '') fail('There are changes that are not committed.');
const date = new Date().toISOString().slice(0, 10);

/** Replaces one place of a file, which must be there. */
function edit(path, pattern, replacement) {
  const text = readFileSync(root + path, 'utf8');
  if (!pattern.test(text)) fail(`${path}: ${pattern} is not there.`);
  writeFileSync(root + path, text.replace(pattern, replacement));
}

const unreleased = /## Unreleased\n+(?=\S)/;
const changes = readFileSync(`${root}CHANGELOG.md`, 'utf8');
if (!unreleased.test(changes) || /## Unreleased\n+(## |$)/.test(changes)) fail('CHANGELOG.md: nothing is unreleased.');
execFileSync('npm', ['version', version, '--no-git-tag-version', '--allow-same-version'], {
  cwd: root,
  stdio: 'ignore',
});
edit('CHANGELOG.md', unreleased, `## Unreleased\n\n## ${version} – ${date}\n\n`);
edit('src/base/version.ts', /'\d+\.\d+\.\d+'/, `'${version}'`);
edit('CITATION.cff', /^version: .*$/m, `version: ${version}`);
git('commit', '-aqm', `chore: release ${version}`);
console.log(`Committed ${version}. Next: npm ci && npm test, then git tag v${version} and publish (CONTRIBUTING.md).`);
