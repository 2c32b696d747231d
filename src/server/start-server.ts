import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { SourceError, UsageError } from '../base/errors.ts';
import { createAccessToken } from './access-token.ts';
import { byteCache } from './byte-cache.ts';
import { DEFAULT_PORT } from './default-port.ts';
import { hostCheck, hostInUrl, isLoopback } from './host-check.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { serveStudy, studyIds } from './served-study.ts';
import { studyApp } from './study-app.ts';
import { studyEvents } from './study-events.ts';

const PORTS_TRIED = 100;
const CACHE_BYTES = 256 * 2 ** 20;

/** Options of `startServer`; by default it listens on 127.0.0.1 at the first free port. */
export interface ServerOptions {
  /** Study folders; the first is the one that the app opens. */
  studies: readonly string[];
  /** The built app (dist/app). */
  appFolder: string;
  /** First port to try; the next free one is taken when it is in use. 0 means any. */
  port?: number;
  /** Address to listen on. Anything but loopback is guarded by a random token, which stands in `url`. */
  host?: string;
  /** Told of failures within the server; silent when left out. */
  onError?: (error: unknown) => void;
}

/** A server that listens: its address, and how to stop it. */
export interface RunningServer {
  /** What to open in a browser. */
  url: string;
  port: number;
  /** Ends open connections and watching; resolves when nothing is left running. */
  close(): Promise<void>;
}

/**
 * Serves studies and the app that shows them. Only the files that a study's manifest lists can be had, and nothing can be
 * changed but its name, the notes of its concepts and the pins of its report, from the app's own page.
 * @throws UsageError on a port or host that cannot be used, SourceError when no port is free.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { studies, appFolder, port: firstPort = DEFAULT_PORT, host = '127.0.0.1', onError = () => {} } = options;
  if (!Number.isInteger(firstPort) || firstPort < 0 || firstPort > 65535)
    throw new UsageError(`The port must be a whole number from 0 to 65535, not ${firstPort}.`);
  const ids = studyIds(studies);

  let respond: (request: Request, env: HttpBindings) => Response | Promise<Response> = () =>
    new Response(null, { status: 503 });
  const server = createAdaptorServer({
    fetch: async (request, env) => {
      const response = await respond(request, env as HttpBindings);
      // What comes out of a study has a stricter policy of its own.
      for (const [name, value] of Object.entries(SECURITY_HEADERS))
        if (!response.headers.has(name)) response.headers.set(name, value);
      return response;
    },
    overrideGlobalObjects: false,
  }) as Server;

  const port = await listen(server, host, firstPort);
  const events = await studyEvents({ studies: ids.map((id, i) => ({ id, folder: studies[i]! })) });
  const cache = byteCache(CACHE_BYTES);
  const token = isLoopback(host) ? undefined : createAccessToken();
  const app = studyApp({
    studies: ids.map((id, i) => serveStudy(id, studies[i]!, cache)),
    appFolder,
    cache,
    events,
    isOurHost: hostCheck(host, port),
    port,
    token,
    onError,
  });
  respond = (request, env) => app.fetch(request, env);

  return {
    url: `http://${hostInUrl(host)}:${port}/${token === undefined ? '' : `?token=${token}`}`,
    port,
    async close() {
      await events.close();
      await new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      });
    },
  };
}

/** Listens on the first free port from `firstPort` on and returns it. */
async function listen(server: Server, host: string, firstPort: number): Promise<number> {
  const last = firstPort === 0 ? 0 : Math.min(65535, firstPort + PORTS_TRIED - 1);
  for (let port = firstPort; port <= last; port++) {
    const error = await new Promise<NodeJS.ErrnoException | undefined>((settle) => {
      const failed = (cause: NodeJS.ErrnoException): void => settle(cause);
      server.once('error', failed);
      server.listen({ port, host }, () => {
        server.off('error', failed);
        settle(undefined);
      });
    });
    if (!error) return (server.address() as AddressInfo).port;
    if (error.code === 'EADDRINUSE') continue;
    throw new UsageError(`Cannot listen on ${hostInUrl(host)}:${port} (${error.message}).`, {
      cause: error,
      hint:
        error.code === 'EACCES' ? 'Ports below 1024 are reserved; choose a higher one.' : 'Check --host and --port.',
    });
  }
  throw new SourceError(`No port from ${firstPort} to ${last} is free on ${host}.`, {
    hint: 'Use --port 0 for any free port.',
  });
}
