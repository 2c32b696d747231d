import { SourceError, UsageError } from '../../base/errors.ts';
import type { Fetch } from './redirects.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The proxies that an environment names, checked. */
interface Proxies {
  http: string | undefined;
  https: string | undefined;
  /** Hosts that are reached directly, as undici reads such a list. */
  except: string;
}

/**
 * `fetch` that goes through the proxies of the environment, which Node's own does not before version 24; by undici, loaded
 * when the first request is made. HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY are read in either case, lower case
 * first; HTTP_PROXY serves https too where nothing else is named for it.
 * NO_PROXY holds hosts, domains (".example.org", or "example.org" with all below it), with a port or without, or "*".
 *
 * @throws UsageError when a proxy's address cannot be used.
 */
export function proxyFetch(env: Environment): Fetch {
  const proxies = proxiesOf(env);
  let agent: Promise<{ fetch: typeof import('undici').fetch; dispatcher: import('undici').Dispatcher }> | undefined;
  const open = async () => {
    const { EnvHttpProxyAgent, fetch } = await import('undici');
    const dispatcher = new EnvHttpProxyAgent({
      // Empty rather than undefined: undici would look at the environment of the process instead.
      httpProxy: proxies.http ?? '',
      httpsProxy: proxies.https ?? '',
      noProxy: proxies.except,
      // Plain requests are sent to the proxy as such; many proxies tunnel to port 443 alone.
      proxyTunnel: false,
    });
    return { fetch, dispatcher };
  };
  return async (address, init) => {
    agent ??= open();
    const { fetch, dispatcher } = await agent;
    try {
      return (await fetch(address, { ...init, dispatcher })) as unknown as Response;
    } catch (error) {
      throw refusedTunnel(error, address, proxies) ?? error;
    }
  };
}

function proxiesOf(env: Environment): Proxies {
  const value = (name: string): string | undefined => env[name.toLowerCase()] || env[name] || undefined;
  const all = value('ALL_PROXY');
  const http = value('HTTP_PROXY') ?? all;
  const https = value('HTTPS_PROXY') ?? all;
  return {
    http: http && proxyAddress(http),
    https: https && proxyAddress(https),
    except: value('NO_PROXY') ?? '',
  };
}

function proxyAddress(text: string): string {
  let proxy: URL;
  try {
    proxy = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  } catch (cause) {
    throw new UsageError('The address of the proxy cannot be read.', { cause, hint: 'Write it as http://host:port.' });
  }
  if (proxy.protocol === 'http:' || proxy.protocol === 'https:') return proxy.href;
  throw new UsageError(`Proxies of the kind ${proxy.protocol}//${proxy.host} are not supported.`, {
    hint: 'HTTP and HTTPS proxies are; write it as http://host:port.',
  });
}

/** The error of a proxy that answered the request for a tunnel with something else than 200. */
function refusedTunnel(error: unknown, address: string, { https }: Proxies): SourceError | undefined {
  let status: string | undefined;
  for (let one = error; one instanceof Error && status === undefined; one = one.cause)
    status = /Proxy response \((\d+)\)/.exec(one.message)?.[1];
  if (status === undefined || https === undefined) return undefined;
  const { hostname, port } = new URL(address);
  return new SourceError(
    `The proxy ${new URL(https).host} answers ${status} when asked for a tunnel to ${hostname}:${port || 443}.`,
    {
      cause: error,
      hint:
        status === '407'
          ? 'Put its name and password into HTTPS_PROXY: http://name:password@host:port.'
          : 'Check HTTPS_PROXY.',
    },
  );
}
