import type { Redis } from 'ioredis';
import { MissingRuntimeError, SourceError, UsageError } from '../../base/errors.ts';

/** Where a Redis is, and how to log in. Only `shown` may be printed or stored: it holds no password. */
export interface RedisAddress {
  host: string;
  port: number;
  database: number;
  tls: boolean;
  username?: string;
  password?: string;
  shown: string;
}

/** Environment variable that a password is taken from, so that it need not stand on a command line. */
export const PASSWORD_VARIABLE = 'SEMBLANCE_REDIS_PASSWORD';

/**
 * Reads `redis://[user[:password]@]host[:port][/database]`; `rediss` for TLS.
 *
 * @throws UsageError, which never repeats the text, for anything else.
 */
export function redisAddress(text: string, env: Readonly<Record<string, string | undefined>> = {}): RedisAddress {
  const refuse = (): never => {
    throw new UsageError('The engine must be an address such as redis://host:6379.', {
      hint: `redis:// or rediss://, a host, perhaps a port and /0 to /15; the password may be in ${PASSWORD_VARIABLE}.`,
    });
  };
  const url = URL.canParse(text) ? new URL(text) : refuse();
  const database = url.pathname.replace(/^\//, '');
  if (!['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '') refuse();
  // Of a database that it does not have, Redis tells the client alone, which goes on with database 0.
  if (!/^(\d|1[0-5])?$/.test(database) || url.search !== '' || url.hash !== '') refuse();
  const decoded = (part: string): string => {
    try {
      return decodeURIComponent(part);
    } catch {
      return refuse();
    }
  };
  const username = decoded(url.username);
  const password = env[PASSWORD_VARIABLE] || decoded(url.password);
  const port = Number(url.port || 6379);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port,
    database: Number(database || 0),
    tls: url.protocol === 'rediss:',
    ...(username !== '' && { username }),
    ...(password !== '' && { password }),
    shown: `${url.protocol}//${url.hostname}:${port}${database === '' ? '' : `/${database}`}`,
  };
}

const INSTALL = 'npm install --ignore-scripts bullmq ioredis';

/** The libraries of the queue, loaded only when one is asked for. @throws MissingRuntimeError with the line that installs them. */
export async function queueLibraries(): Promise<{ bullmq: typeof import('bullmq'); Redis: typeof Redis }> {
  try {
    const [bullmq, ioredis] = await Promise.all([import('bullmq'), import('ioredis')]);
    return { bullmq, Redis: ioredis.Redis };
  } catch (cause) {
    throw new MissingRuntimeError('A queue on Redis needs the packages bullmq and ioredis, which cannot be loaded.', {
      hint: INSTALL,
      cause,
    });
  }
}

/**
 * A connection that lives through restarts of Redis, made only after a first one has shown that Redis answers and lets us in.
 *
 * @throws SourceError naming the address, without the password, where it does not.
 */
export async function connectRedis(address: RedisAddress): Promise<Redis> {
  const { Redis: Client } = await queueLibraries();
  const { host, port, database, tls, username, password } = address;
  const options = {
    host,
    port,
    db: database,
    ...(username && { username }),
    ...(password && { password }),
    ...(tls && { tls: {} }),
  };
  const trial = new Client({
    ...options,
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: 5000,
  });
  let reason: string | undefined;
  trial.on('error', (error: Error) => {
    reason ??= error.message;
  });
  try {
    await trial.connect();
    await trial.ping();
  } catch (cause) {
    // The server's own words hold no password.
    throw new SourceError(`${address.shown} does not serve us: ${reason ?? (cause as Error).message}`, {
      hint: `Check that Redis runs there, and the password (in the address or in ${PASSWORD_VARIABLE}).`,
    });
  } finally {
    trial.disconnect();
  }
  const client = new Client({
    ...options,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(1000, times * 100),
  });
  client.on('error', () => {});
  return client;
}
