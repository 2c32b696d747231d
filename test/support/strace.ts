import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Whether commands can be traced here: strace is installed and may attach (it may not in some containers). */
export const canTrace = ((): boolean => {
  try {
    execFileSync('strace', ['-f', '-o', '/dev/null', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

export interface Trace {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Each network call that could reach beyond this machine, and each name that was looked up. */
  sockets: string[];
  /** Files and folders that were made, changed, renamed or removed. */
  written: string[];
}

const CALLS =
  'connect,sendto,sendmsg,sendmmsg,bind,open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,' +
  'link,linkat,symlink,symlinkat,unlink,unlinkat,rmdir,truncate';

/** Runs a program under strace and lists what it did to the network and to files. HOME is a folder of its own. */
export async function trace(
  program: string,
  args: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv; until?: { output: RegExp; signal: NodeJS.Signals } },
): Promise<Trace> {
  const log = join(options.cwd, '.strace.log');
  const child = spawn(
    'strace',
    ['--seccomp-bpf', '-f', '-s', '300', '-e', `trace=${CALLS}`, '-o', log, program, ...args],
    {
      cwd: options.cwd,
      env: { ...process.env, ...options.env, HOME: homeOf(options.cwd), XDG_CACHE_HOME: '', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    },
  );
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text;
      // The group holds strace and what it traces; both get the signal, as from a terminal.
      if (options.until?.output.test(text)) process.kill(-child.pid!, options.until.signal);
    });
  const code = await new Promise<number | null>((done, fail) => {
    child.on('error', fail);
    child.on('close', done);
  });
  return { code, ...said, ...readTrace(readFileSync(log, 'utf8'), options.cwd) };
}

/** The home folder of a traced command. */
export function homeOf(cwd: string): string {
  const home = join(cwd, 'home');
  mkdirSync(home, { recursive: true });
  return home;
}

function readTrace(log: string, cwd: string): Pick<Trace, 'sockets' | 'written'> {
  const sockets: string[] = [];
  const written = new Set<string>();
  for (const line of log.split('\n')) {
    const call = /^\d+\s+(?:<\.\.\. )?(\w+)[( ]/.exec(line)?.[1];
    if (!call) continue;
    // To have tried is enough for the network; a call on files that failed changed nothing.
    if (/^(connect|send\w*|bind)$/.test(call)) {
      if (reachesOut(line)) sockets.push(line);
    } else if (!/ = -1 E/.test(line)) for (const path of changedPaths(call, line)) written.add(resolve(cwd, path));
  }
  return { sockets, written: [...written].sort() };
}

/** Whether a call names an address that is not loopback; unnamed and local sockets stay on this machine. */
function reachesOut(line: string): boolean {
  const address = /inet_addr\("([^"]+)"\)/.exec(line)?.[1] ?? /inet_pton\(AF_INET6, "([^"]+)"/.exec(line)?.[1];
  if (address === undefined) return false;
  return !/^(127\.|::1$|::ffff:127\.)/.test(address);
}

/** The paths that a call changes; none where a file is only read. */
function changedPaths(call: string, line: string): string[] {
  if (/^open/.test(call) && !/O_(WRONLY|RDWR|CREAT|TRUNC|APPEND)/.test(line)) return [];
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1]!);
}
