import { SourceError } from '../../base/errors.ts';

/** The part of `fetch` that is used, so that a proxy can stand in for it. */
export type Fetch = (
  url: string,
  init: { headers: Record<string, string>; signal: AbortSignal; redirect: 'follow' | 'manual' },
) => Promise<Response>;

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MOST_REDIRECTS = 10;

/** An answer that is no redirect, and the address that gave it. */
export interface FinalResponse {
  response: Response;
  url: URL;
}

/**
 * One GET, redirects followed. Headers are built for each address, so that a token goes to its own host alone.
 *
 * @throws SourceError on a redirect away from HTTP, from https to http, to an address with a user name, and on more than
 *   ten in a row; what `fetch` throws.
 */
export async function fetchFollowing(
  start: URL,
  fetch: Fetch,
  headersFor: (url: URL) => Record<string, string>,
  signal: AbortSignal,
): Promise<FinalResponse> {
  const name = start.pathname.split('/').at(-1);
  let url = start;
  for (let hops = 0; ; hops++) {
    const init = { headers: headersFor(url), signal };
    const response = await fetch(url.href, { ...init, redirect: 'manual' });
    if (response.type === 'opaqueredirect') {
      // A browser shows no redirect to scripts; it follows them itself, and refuses the same ones.
      const followed = await fetch(url.href, { ...init, redirect: 'follow' });
      return { response: followed, url: new URL(followed.url) };
    }
    const location = REDIRECTS.has(response.status) ? response.headers.get('location') : null;
    if (location === null) return { response, url };
    await response.body?.cancel().catch(() => {});
    if (hops === MOST_REDIRECTS)
      throw new SourceError(`${name}: ${start.host} redirects more than ${MOST_REDIRECTS} times.`);
    url = nextAddress(location, url, `${name}: ${url.host}`);
  }
}

function nextAddress(location: string, from: URL, who: string): URL {
  let next: URL;
  try {
    next = new URL(location, from);
  } catch (cause) {
    throw new SourceError(`${who} redirects to what is no address.`, { cause });
  }
  if (next.protocol !== 'https:' && next.protocol !== 'http:')
    throw new SourceError(`${who} redirects to an address that is not HTTP.`);
  if (from.protocol === 'https:' && next.protocol === 'http:')
    throw new SourceError(`${who} redirects from https to http, which anybody on the way could change.`, {
      hint: `If you trust the network, name the address itself: ${next.origin}${next.pathname}`,
    });
  if (next.username !== '' || next.password !== '')
    throw new SourceError(`${who} redirects to an address with a user name in it.`);
  return next;
}
