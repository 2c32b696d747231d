import { SourceError } from '../../base/errors.ts';
import type { LongTask } from '../../base/progress.ts';
import { type Fetch, fetchFollowing } from './redirects.ts';

/** How remote files are asked for. All of it has working defaults. */
export interface HttpOptions extends LongTask {
  fetch?: Fetch;
  /** Headers for an address, such as a token for the host that it is meant for and no other. */
  headersFor?: (url: URL) => Record<string, string>;
  /** How often a request is tried again after 429, 5xx, a broken connection or a body cut off. 4 by default. */
  retries?: number;
  /** Milliseconds before the first retry, doubled each time; `Retry-After` goes first. 500 by default. */
  retryDelay?: number;
  /** Milliseconds without a byte, or with hardly any, after which a connection counts as broken. 30,000 by default. */
  stallTimeout?: number;
  /** Told what a person should know, such as that a server lacks Range. */
  onNote?: (note: string) => void;
}

const RETRIES = 4;
const RETRY_DELAY_MS = 500;
const STALL_TIMEOUT_MS = 30_000;
/** Fewer bytes than this within the same time count as none. */
const LEAST_BYTES = 16 * 1024;
/** A server that asks for more patience than this is not waited for. */
const LONGEST_WAIT_MS = 120_000;
const RETRYABLE = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Failures to connect that a second try does not mend: no such name, nobody listening, a certificate that is wrong. */
const PERMANENT = /^(ENOTFOUND|ECONNREFUSED|CERT_|ERR_TLS|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO)/;

/** Counts the tries of one request and waits between them. */
export interface Retries {
  /** Waits before the next try. @throws SourceError with `reason` when there is none left, AbortError when stopped. */
  wait(reason: string, options?: { retryAfter?: string | null; cause?: unknown }): Promise<void>;
}

/** The tries that `options` allow for the file named `what`. */
export function retries(what: string, options: HttpOptions): Retries {
  const { retries: allowed = RETRIES, retryDelay = RETRY_DELAY_MS, signal } = options;
  let used = 0;
  return {
    async wait(reason, { retryAfter, cause } = {}) {
      signal?.throwIfAborted();
      const asked = retryAfterMs(retryAfter);
      if (used >= allowed || asked > LONGEST_WAIT_MS)
        throw new SourceError(`${what}: ${reason}${used > 0 ? `, after ${used + 1} tries` : ''}.`, {
          ...(cause === undefined ? {} : { cause }),
          hint:
            asked > LONGEST_WAIT_MS
              ? `The server asks to wait ${Math.ceil(asked / 1000)} seconds; try again then.`
              : 'Try again later, or download the file and open it from the disk.',
        });
      await sleep(Math.max(asked, retryDelay * 2 ** used), signal);
      used++;
    },
  };
}

/** An answer whose body may still be read. */
export interface Answer {
  response: Response;
  /** The address that gave it, after redirects. */
  url: URL;
  /**
   * To be called with how many bytes came, so that the connection is not taken for broken.
   * @throws Error when they come so slowly that it has to be.
   */
  received(bytes: number): void;
  /** Fires when the caller stops, or the connection counts as broken. */
  signal: AbortSignal;
  /** To be called when no more of the body is wanted. */
  done(): void;
}

/**
 * One GET, tried again where that may help. Resolves with any status that is final; the caller judges it.
 * @throws SourceError when the server cannot be reached or fails for good, AbortError when stopped.
 */
export async function get(
  url: URL,
  headers: Record<string, string>,
  left: Retries,
  options: HttpOptions,
): Promise<Answer> {
  const { fetch = globalThis.fetch as Fetch, headersFor, signal } = options;
  for (;;) {
    signal?.throwIfAborted();
    const watch = stallWatch(options);
    try {
      const { response, url: from } = await fetchFollowing(
        url,
        fetch,
        (at) => ({ ...headersFor?.(at), ...headers }),
        watch.signal,
      );
      if (!RETRYABLE.has(response.status)) {
        watch.received(0);
        return { response, url: from, received: watch.received, signal: watch.signal, done: watch.done };
      }
      watch.done();
      await response.body?.cancel().catch(() => {});
      await left.wait(`the server at ${url.host} answers ${statusText(response)}`, {
        retryAfter: response.headers.get('retry-after'),
      });
    } catch (cause) {
      watch.done();
      if (cause instanceof SourceError) throw cause;
      signal?.throwIfAborted();
      const code = errorCode(cause);
      const reason = `the server at ${url.host} ${watch.stalled() ? 'does not answer in time' : `cannot be reached${code && ` (${code})`}`}`;
      if (PERMANENT.test(code))
        throw new SourceError(`${url.pathname.split('/').at(-1)}: ${reason}.`, {
          cause,
          hint: 'Check the address and the network; behind a proxy, set HTTPS_PROXY.',
        });
      await left.wait(reason, { cause });
    }
  }
}

/** The system's code for why a connection failed, where it gives one; "" otherwise. */
function errorCode(error: unknown): string {
  for (let one = error; one instanceof Error; one = one.cause) {
    const { code } = one as { code?: unknown };
    if (typeof code === 'string') return code;
  }
  return '';
}

/** "429 Too Many Requests". */
export function statusText(response: Response): string {
  return `${response.status} ${response.statusText}`.trim();
}

/** A signal that fires when the caller's does, or when no byte has come for too long. */
function stallWatch({ signal, stallTimeout = STALL_TIMEOUT_MS }: HttpOptions) {
  const controller = new AbortController();
  let stalled = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = (): void => controller.abort(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  let since = Date.now();
  let bytesSince = 0;
  const received = (bytes: number): void => {
    // A server that sends a byte now and then is no better than one that sends none.
    bytesSince += bytes;
    if (Date.now() - since > stallTimeout) {
      if (bytesSince < LEAST_BYTES && bytes > 0) throw new Error(`${bytesSince} bytes in ${stallTimeout} ms`);
      since = Date.now();
      bytesSince = 0;
    }
    clearTimeout(timer);
    timer = setTimeout(() => {
      stalled = true;
      controller.abort();
    }, stallTimeout);
  };
  received(0);
  return {
    signal: controller.signal,
    stalled: () => stalled,
    received,
    done(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    },
  };
}

/** The milliseconds of a Retry-After header, which holds seconds or a date; 0 without one. */
function retryAfterMs(header: string | null | undefined): number {
  if (!header) return 0;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? 0 : Math.max(0, date - Date.now());
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
