import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import { createRandom } from '#src/statistics/random.ts';
import { HAS_REDIS, startRedis, type TestRedis } from '../support/redis.ts';
import { CLI, runCli, spawnCli, temporaryFolder } from '../support/run-cli.ts';

const PASSWORD = 'correct-horse';

describe.skipIf(!HAS_REDIS)('matching on workers by a queue on Redis', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let redis: TestRedis;
  let address: string;
  const workers = new Set<ChildProcess>();

  beforeAll(async () => {
    folder = temporaryFolder();
    mkdirSync(join(folder.path, 'redis'));
    redis = await startRedis(join(folder.path, 'redis'), PASSWORD);
    address = `redis://127.0.0.1:${redis.port}`;
    const random = createRandom(7);
    const data = Float32Array.from({ length: 240 * 36 * 16 }, () => random.normal());
    writeFileSync(join(folder.path, 'features.npy'), encodeNpy(data, [240, 36, 16]));
    const plain = await runCli(['representations', ...ARGS, '--out', 'alone', '--quiet'], { cwd: folder.path });
    expect(plain.code).toBe(0);
  });
  afterEach(() => {
    for (const worker of workers) worker.kill('SIGKILL');
    workers.clear();
  });
  afterAll(async () => {
    await redis.kill();
    folder.remove();
  });

  const ARGS = ['features.npy', '--tokens', 'none', '--approximation', '0', '--kernel', 'linear'];
  const env = { SEMBLANCE_REDIS_PASSWORD: PASSWORD };
  const startWorker = (): ChildProcess => {
    const worker = spawn(process.execPath, [CLI, 'worker', address, '--root', '.', '--threads', '1'], {
      cwd: folder.path,
      env: { ...process.env, ...env },
      stdio: 'ignore',
    });
    workers.add(worker);
    return worker;
  };
  const analyse = (out: string, ...more: string[]) =>
    runCli(['representations', ...ARGS, '--out', out, '--engine', address, ...more], { cwd: folder.path, env });
  const filesOf = (path: string): Record<string, string> =>
    Object.fromEntries(
      readdirSync(join(folder.path, path), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((file) => [file.slice(join(folder.path, path).length), readFileSync(file).toString('base64')]),
    );
  /** Equal but for the name of its folder, which the command line holds. */
  const expectEqualStudies = (out: string): void => {
    const [found, expected] = [filesOf(out), filesOf('alone')];
    for (const files of [found, expected]) {
      const study = JSON.parse(Buffer.from(files['/study.json']!, 'base64').toString());
      study.instruments.representations.command = '';
      files['/study.json'] = JSON.stringify(study);
    }
    expect(found).toEqual(expected);
  };

  test('the study is equal to the last bit though workers and Redis are killed', async () => {
    const random = createRandom(5);
    for (let w = 0; w < 3; w++) startWorker();
    let over = false;
    let blows = 0;
    const done = analyse('chaos').finally(() => {
      over = true;
    });
    const tilesDone = (): number => {
      const work = join(folder.path, 'chaos', 'work', 'representations');
      const files = existsSync(work) ? readdirSync(work, { recursive: true, encoding: 'utf8' }) : [];
      return files.filter((file) => /tile-\d+-\d+\.npy$/.test(file)).length;
    };
    // Blows fall by what is done and not by the clock: while there is work on a fast machine as on a slow one.
    for (let seen = 0; blows < 6; blows++) {
      while (!over && tilesDone() <= seen) await new Promise((resume) => setTimeout(resume, 5));
      if (over) break;
      seen = tilesDone();
      const victim = [...workers][random.below(workers.size)]!;
      workers.delete(victim);
      victim.kill('SIGKILL');
      if (blows === 1) {
        await redis.kill();
        await redis.start();
      }
      startWorker();
    }
    const { code, stderr, stdout } = await done;
    expect(stderr + stdout).not.toContain(PASSWORD);
    expect(code, stderr).toBe(0);
    expectEqualStudies('chaos');
    // Redis was killed while there was work, or the test shows nothing.
    expect(blows).toBeGreaterThan(1);
    for (const file of Object.values(filesOf('chaos')))
      expect(Buffer.from(file, 'base64').toString('latin1')).not.toMatch(/correct-horse|redis:/);
  }, 60_000);

  test('a wrong password and a Redis that is not there are told without the password', async () => {
    for (const engine of [`redis://:wrong-battery@127.0.0.1:${redis.port}`, 'redis://:wrong-battery@127.0.0.1:1']) {
      const found = await runCli(['representations', ...ARGS, '--out', 'refused', '--engine', engine], {
        cwd: folder.path,
      });
      expect(found.code).toBe(3);
      expect(found.stderr).toContain('does not serve us');
      expect(found.stderr + found.stdout).not.toContain('wrong-battery');
    }
    const worker = await runCli(['worker', 'http://:wrong-battery@host', '--root', '.'], { cwd: folder.path });
    expect(worker.code).toBe(2);
    expect(worker.stderr).not.toContain('wrong-battery');
  });

  test('a user who may not write is told so at once', async () => {
    const client = new Redis({ port: redis.port, host: '127.0.0.1', password: PASSWORD });
    try {
      await client.call('ACL', 'SETUSER', 'reader', 'on', '>only-looks', '~*', '+@read', '+@connection', '+info');
      const engine = `redis://reader:only-looks@127.0.0.1:${redis.port}`;
      const found = await runCli(['representations', ...ARGS, '--out', 'refused', '--engine', engine], {
        cwd: folder.path,
      });
      expect(found.code).toBe(3);
      expect(found.stderr).toMatch(/127\.0\.0\.1:\d+ does not let us clear the queue: .*NOPERM/);
      expect(found.stderr + found.stdout).not.toContain('only-looks');
    } finally {
      client.disconnect();
    }
  });

  test('a worker of another version ends with both named', async () => {
    const client = new Redis({ port: redis.port, host: '127.0.0.1', password: PASSWORD });
    try {
      const key = 'semblance:study:semblance-0123456789abcdef';
      const other = { queue: 'semblance-0123456789abcdef', version: '99.1.2', tier: 'plain' };
      await client.set(key, JSON.stringify(other), 'EX', 30);
      const found = await runCli(['worker', address, '--root', '.', '--threads', '1'], { cwd: folder.path, env });
      expect(found.code).toBe(4);
      expect(found.stderr).toMatch(
        /by Semblance 99\.1\.2 with plain kernels; this worker is Semblance \d+\.\d+\.\d+ with simd/,
      );
      await client.del(key);
    } finally {
      client.disconnect();
    }
  });

  test('a second coordinator is refused, and Ctrl+C leaves a study that goes on', async () => {
    const first = spawn(process.execPath, [CLI, 'representations', ...ARGS, '--out', 'twice', '--engine', address], {
      cwd: folder.path,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    // Listened for from the start: on a fast machine it may be over before it is interrupted.
    const ended = once(first, 'exit');
    let said = '';
    await new Promise<void>((resolve) => {
      first.stderr.on('data', (text) => {
        said += text;
        if (said.includes('Waiting for workers')) resolve();
      });
    });
    expect(said).toContain(`Waiting for workers: semblance worker redis://127.0.0.1:${redis.port} --root `);
    const second = await analyse('twice');
    expect(second.code).toBe(3);
    const worker = startWorker();
    await new Promise((resume) => setTimeout(resume, 1200));
    first.kill('SIGINT');
    const [code] = await ended;
    if (code !== 0) expect(code).toBe(130);
    expect((await analyse('twice')).code).toBe(0);
    expectEqualStudies('twice');
    worker.kill('SIGTERM');
  });

  test('features that are gone, and a study outside the root, are clear errors', async () => {
    mkdirSync(join(folder.path, 'elsewhere'));
    const outside = await analyse('outside', '--root', 'elsewhere');
    expect(outside.code).toBe(2);
    expect(outside.stderr).toContain('which workers cannot see below');
    const worker = spawn(process.execPath, [CLI, 'worker', address, '--root', 'elsewhere', '--threads', '1'], {
      cwd: folder.path,
      env: { ...process.env, ...env },
      stdio: 'ignore',
    });
    workers.add(worker);
    const gone = await analyse('gone');
    expect(gone.code).toBe(3);
    expect(gone.stderr).toMatch(/gone\/work\/representations\/.*\.npy: the features of a job are not there/);
    const ended = once(worker, 'exit');
    worker.kill('SIGTERM');
    await ended;
    rmSync(join(folder.path, 'elsewhere'), { recursive: true });
    // What is left goes on elsewhere.
    expect((await runCli(['representations', ...ARGS, '--out', 'gone'], { cwd: folder.path })).code).toBe(0);
    expectEqualStudies('gone');
  });
});

test('without the libraries of the queue the line that installs them is named', async () => {
  const hook = new URL('../support/hide-runtimes.mjs', import.meta.url).href;
  const env = { NODE_OPTIONS: `--import ${hook}`, HIDDEN_PACKAGES: 'bullmq' };
  const found = await spawnCli(['worker', 'redis://:secret@127.0.0.1:1', '--root', '.'], { env });
  expect(found.code).toBe(5);
  expect(found.stderr).toContain('hint  npm install --ignore-scripts bullmq ioredis');
  expect(found.stderr).not.toContain('secret');
});
