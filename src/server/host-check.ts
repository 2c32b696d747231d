import { isIP } from 'node:net';
import { hostname } from 'node:os';

const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

/** Whether listening on `host` reaches this machine only. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.includes(host) || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** `host` as it stands in a URL: IPv6 addresses in brackets. */
export function hostInUrl(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

/**
 * Decides by the Host header whether a request was meant for this server. A page elsewhere can point a name of its own
 * at 127.0.0.1 (DNS rebinding) and then read what it likes; its requests carry that name. Accepted are the loopback
 * names and the host that was asked for, with the port. A server on every interface (0.0.0.0, ::) also answers to
 * addresses written as numbers and to the machine's own name: neither can be rebound.
 */
export function hostCheck(host: string, port: number): (header: string | undefined) => boolean {
  const everywhere = host === '0.0.0.0' || host === '::';
  const names = new Set([...LOOPBACK, host.toLowerCase(), ...(everywhere ? [hostname().toLowerCase()] : [])]);
  return (header) => {
    const match = /^(\[[0-9a-f:.]+\]|[^[\]:@/\s]+)(?::(\d{1,5}))?$/i.exec(header ?? '');
    if (!match || Number(match[2] ?? 80) !== port) return false;
    const name = match[1]!.replace(/^\[|\]$/g, '').toLowerCase();
    return names.has(name) || (everywhere && isIP(name) !== 0);
  };
}
