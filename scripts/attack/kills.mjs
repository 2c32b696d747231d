import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generator } from '../fuzz/mutations.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const CLI = join(root, 'bin/semblance.js');
const sample = (path) => join(root, 'samples', path);

/** Commands that write studies, each some seconds long. */
const COMMANDS = [
  ['classes', sample('tiny-imagenet-cnn/epoch-0040.safetensors'), '--ci', '--no-open'],
  ['training', sample('tiny-imagenet-vit-bad'), '--no-open'],
  [
    ...['representations', sample('emoji/networks/cnn.onnx'), '--images', sample('emoji/demo.csv')],
    ...['--threads', '1', '--no-open'],
  ],
];
const SIGNALS = ['SIGKILL', 'SIGTERM', 'SIGINT'];
const EXIT_MS = 6_000;
/** Files that hold times, or the command itself. */
const OUTSIDE = /(^|\/)(study\.json|timings?\.json|.*\.log)$/;

/**
 * Commands ended at random moments. Behind each there may be no process and no study that says more than it holds; run
 * again without a kill, the command ends well, with the arrays and tables of one that nobody disturbed.
 */
export async function attack({ until, seed }) {
  const random = generator(seed);
  const folder = mkdtempSync(join(tmpdir(), 'semblance-attack-'));
  const failures = [];
  let kills = 0;
  let resumed = 0;
  try {
    const whole = COMMANDS.map((command, i) => {
      const out = join(folder, `whole-${i}`);
      const started = performance.now();
      const { status, stderr } = spawnSync(process.execPath, [CLI, ...command, '--out', out], { encoding: 'utf8' });
      if (status !== 0) failures.push(`${command[0]} ends with ${status}: ${stderr.slice(-300)}`);
      return { contents: contentsOf(out), ms: performance.now() - started };
    });
    // The undisturbed runs may have taken all of the time.
    do {
      const i = random(COMMANDS.length);
      const out = join(folder, `killed-${kills}`);
      const args = [...COMMANDS[i], '--out', out];
      for (let round = 1 + random(3); round > 0; round--) {
        const signal = SIGNALS[random(SIGNALS.length)];
        const said = await killed(args, random(Math.ceil(whole[i].ms)), signal);
        kills++;
        if (said) failures.push(`${COMMANDS[i][0]}, ${signal}: ${said}`);
        const broken = existsSync(join(out, 'study.json')) && incomplete(out);
        if (broken) failures.push(`${COMMANDS[i][0]}, ${signal}: the study lists ${broken}, which is not as it says`);
      }
      const { status, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
      resumed++;
      if (status !== 0) failures.push(`${COMMANDS[i][0]} after kills ends with ${status}: ${stderr.slice(-300)}`);
      else if (contentsOf(out) !== whole[i].contents) failures.push(`${COMMANDS[i][0]} after kills has other contents`);
      rmSync(out, { recursive: true, force: true });
    } while (performance.now() < until && failures.length === 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { figures: `${kills} kills, ${resumed} runs resumed with the same contents`, failures };
}

/** Starts a command and ends it after some time; gives what was wrong with that, or undefined. */
async function killed(args, ms, signal) {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: 'ignore' });
  const ended = new Promise((done) => child.on('exit', (code, by) => done(code ?? by)));
  await pause(ms);
  const worker = commandOf(child.pid);
  const asked = performance.now();
  child.kill(signal);
  const result = await Promise.race([ended, pause(EXIT_MS)]);
  if (result === undefined) {
    child.kill('SIGKILL');
    return `not ended after ${EXIT_MS / 1000} s`;
  }
  const expected = { SIGKILL: ['SIGKILL', 0], SIGTERM: [143, 'SIGTERM', 0], SIGINT: [130, 'SIGINT', 0] }[signal];
  if (!expected.includes(result)) return `exit code ${result}`;
  while (worker && isRunning(worker)) {
    if (performance.now() - asked > EXIT_MS) return `its process ${worker} goes on`;
    await pause(10);
  }
  return undefined;
}

function commandOf(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
  } catch {
    return 0;
  }
}

/** Whether a process runs; one that is over but still in the list does not. */
function isRunning(pid) {
  try {
    return !/^[ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, ''));
  } catch {
    return false;
  }
}

/** The first file that a manifest lists with another hash than it has; undefined where all are as they should be. */
function incomplete(study) {
  const { files } = JSON.parse(readFileSync(join(study, 'study.json'), 'utf8'));
  return Object.entries(files).find(([path, hash]) => {
    const file = join(study, path);
    return !existsSync(file) || createHash('sha256').update(readFileSync(file)).digest('hex') !== hash;
  })?.[0];
}

/** One hash of all files of a study but for those that hold times. */
function contentsOf(study) {
  const hash = createHash('sha256');
  for (const path of readdirSync(study, { recursive: true, encoding: 'utf8' }).sort()) {
    if (OUTSIDE.test(path) || !statSync(join(study, path)).isFile()) continue;
    hash.update(`${path}\n`).update(readFileSync(join(study, path)));
  }
  return hash.digest('hex');
}

function pause(ms) {
  return new Promise((done) => setTimeout(done, ms));
}
