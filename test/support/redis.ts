import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Whether a Redis can be started here. */
export const HAS_REDIS = spawnSync('redis-server', ['--version']).status === 0;

/** A Redis of a test's own, on loopback, with an append-only file. */
export interface TestRedis {
  port: number;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again on what it had written. */
  start(): Promise<void>;
}

export async function startRedis(folder: string, password: string): Promise<TestRedis> {
  const port = await freePort();
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const options = {
      port,
      bind: '127.0.0.1',
      dir: folder,
      requirepass: password,
      appendonly: 'yes',
      appendfsync: 'always',
    };
    const args = Object.entries({ ...options, 'maxmemory-policy': 'noeviction', save: '' });
    server = spawn(
      'redis-server',
      args.flatMap(([name, value]) => [`--${name}`, String(value)]),
    );
    await new Promise<void>((resolve, reject) => {
      server!.on('exit', () => reject(new Error('redis-server ended')));
      server!.stdout!.on('data', (text) => String(text).includes('Ready to accept connections') && resolve());
    });
  };
  await start();
  return {
    port,
    start,
    async kill() {
      if (!server || server.exitCode !== null || server.signalCode !== null) return;
      const gone = once(server, 'exit');
      server.kill('SIGKILL');
      await gone;
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
