import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The built command line, as a user starts it. */
export const CLI = fileURLToPath(new URL('../../bin/semblance.js', import.meta.url));

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

interface CliOptions {
  /** Default: the folder of temporary files. */
  cwd?: string;
  /** Beside the environment of the tests. */
  env?: NodeJS.ProcessEnv;
}

/**
 * Runs the built command line in this process, as `bin/semblance.js` does: a third of a second less than in a process of
 * its own, which `spawnCli` starts for what is about processes.
 */
export async function runCli(
  args: readonly string[],
  { cwd = tmpdir(), env = {} }: CliOptions = {},
): Promise<CliResult> {
  const built = (path: string) => import(new URL(`../../dist/cli/${path}`, import.meta.url).href);
  const [{ run }, { ownColors, terminalText }]: [
    typeof import('#src/cli/main.ts'),
    typeof import('#src/cli/terminal/escapes.ts'),
  ] = await Promise.all([built('main.js'), built('terminal/escapes.js')]);
  const result = { stdout: '', stderr: '' };
  const code = await run(args, {
    stdout: (text) => void (result.stdout += terminalText(text)),
    stderr: (text) => void (result.stderr += terminalText(text)),
    env: { ...process.env, NO_COLOR: '1', ...env },
    cwd,
    isTerminal: false,
    columns: 100,
    colors: ownColors(false),
    signal: new AbortController().signal,
  });
  return { code, ...result };
}

/** Runs the built command line in a process of its own and waits for it. */
export function spawnCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...args], {
      cwd: options.cwd ?? tmpdir(),
      env: { ...process.env, NO_COLOR: '1', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const result = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (result.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (result.stderr += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...result }));
  });
}

/** An empty folder for one test, and its removal. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'semblance-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
