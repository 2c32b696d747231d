import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { Readable } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { SourceError, UsageError } from '../../base/errors.ts';
import type { Fetch } from './http-request.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const MAX_REDIRECTS = 20;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * The proxy that HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, in either case, name for an address; undefined when it
 * is to be reached directly. NO_PROXY holds hosts, domains (".example.org" or "example.org" with all below it), with a
 * port or without, or "*".
 * @throws UsageError when the proxy's address is none.
 */
export function proxyFor(url: URL, env: Environment): URL | undefined {
  const value = (name: string): string | undefined => env[name.toLowerCase()] || env[name] || undefined;
  const text = value(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY') ?? value('ALL_PROXY');
  if (text === undefined || isExcepted(url, value('NO_PROXY') ?? '')) return undefined;
  let proxy: URL;
  try {
    proxy = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  } catch (cause) {
    throw new UsageError(`The proxy ${text} is not an address.`, { cause, hint: 'Write it as http://host:port.' });
  }
  if (proxy.protocol !== 'http:' && proxy.protocol !== 'https:')
    throw new UsageError(`The proxy ${proxy.protocol}//${proxy.host} is of a kind that is not used.`, {
      hint: 'HTTP and HTTPS proxies are; write it as http://host:port.',
    });
  return proxy;
}

function isExcepted(url: URL, list: string): boolean {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list.split(/[\s,]+/).some((entry) => {
    if (entry === '*') return true;
    const [, host = '', only] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    const domain = host.replace(/^\*?\./, '');
    if (domain === '' || (only !== undefined && only !== port)) return false;
    return url.hostname === domain || (isIP(url.hostname) === 0 && url.hostname.endsWith(`.${domain}`));
  });
}

/**
 * `fetch` that goes through the proxies of the environment, which Node's own does not before version 24. Node only.
 */
export function proxyFetch(env: Environment): Fetch {
  return async (address, init) => {
    let url = new URL(address);
    let headers = init.headers;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const proxy = proxyFor(url, env);
      const incoming = proxy
        ? await throughProxy(url, proxy, headers, init.signal)
        : await direct(url, headers, init.signal);
      const location = REDIRECTS.has(incoming.statusCode ?? 0) ? incoming.headers.location : undefined;
      if (location === undefined) return toResponse(incoming, url, hops > 0);
      incoming.resume();
      const target = new URL(location, url);
      // A token is for the host that it was meant for.
      if (target.origin !== url.origin) headers = withoutAuthorization(headers);
      url = target;
    }
    throw new SourceError(`${address}: redirects more than ${MAX_REDIRECTS} times.`);
  };
}

function withoutAuthorization(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'));
}

function direct(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<IncomingMessage> {
  return send(url.protocol === 'https:' ? httpsRequest : httpRequest, url, { headers: plain(headers), signal });
}

async function throughProxy(
  url: URL,
  proxy: URL,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const toProxy = proxy.protocol === 'https:' ? httpsRequest : httpRequest;
  const authorization: Record<string, string> =
    proxy.username === ''
      ? {}
      : {
          'Proxy-Authorization': `Basic ${Buffer.from(
            `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`,
          ).toString('base64')}`,
        };
  const bare = new URL(proxy.origin);
  if (url.protocol === 'http:')
    return send(toProxy, bare, {
      path: url.href,
      headers: { ...plain(headers), ...authorization, Host: url.host },
      signal,
    });

  const authority = `${url.hostname}:${url.port || 443}`;
  const socket = await new Promise<import('node:net').Socket>((resolve, reject) => {
    const tunnel = toProxy(bare, {
      method: 'CONNECT',
      path: authority,
      headers: { Host: authority, ...authorization },
      agent: false,
      signal,
    });
    tunnel.on('connect', (answer, stream) => {
      if (answer.statusCode === 200) return resolve(stream as import('node:net').Socket);
      stream.destroy();
      reject(
        new SourceError(`The proxy ${proxy.host} answers ${answer.statusCode} to the wish to reach ${authority}.`),
      );
    });
    tunnel.on('error', reject);
    tunnel.end();
  });
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const secure = connectTls({ socket, ...(isIP(host) ? { host } : { servername: host }) });
  return send(httpsRequest, url, { headers: plain(headers), signal, createConnection: () => secure });
}

/** Parts of files come as they are; compressed parts would not be parts of the file. */
function plain(headers: Record<string, string>): Record<string, string> {
  return { 'Accept-Encoding': 'identity', 'User-Agent': 'semblance', ...headers };
}

function send(request: typeof httpRequest, url: URL, options: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, resolve);
    outgoing.on('error', reject);
    outgoing.end();
  });
}

function toResponse(incoming: IncomingMessage, url: URL, redirected: boolean): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers))
    for (const item of Array.isArray(value) ? value : [value ?? '']) headers.append(name, item);
  const status = incoming.statusCode ?? 500;
  const empty = status === 204 || status === 304;
  if (empty) incoming.resume();
  const response = new Response(empty ? null : (Readable.toWeb(incoming) as ReadableStream<Uint8Array>), {
    status,
    statusText: incoming.statusMessage ?? '',
    headers,
  });
  // A Response made by hand does not say where it came from.
  Object.defineProperties(response, { url: { value: url.href }, redirected: { value: redirected } });
  return response;
}
