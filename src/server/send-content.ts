import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Context } from 'hono';
import type { ByteCache } from './byte-cache.ts';
import { UNTRUSTED_POLICY } from './security-headers.ts';

/** Something to send: its bytes are made only when the client does not have them already. */
export interface Content {
  /** Names these bytes for good: a SHA-256, with a suffix for what is derived from it. */
  tag: string;
  type: string;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  /** Sent as a file to be saved, never as a page. */
  attachment?: boolean;
  /** From a study, which may come from anyone: may do nothing, whatever a browser takes it for. */
  untrusted?: boolean;
  /** "no-cache" (ask each time, the default) or longer for files whose name changes with their content. */
  cacheControl?: string;
}

type Encoding = 'br' | 'gzip' | 'identity';

/** Below this, compression costs more than it saves. */
const COMPRESS_FROM_BYTES = 1024;
const ALREADY_COMPRESSED = /^(image\/(?!svg)|font\/)/;
const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

/** Answers with `content`: 304 when the client has it, else the bytes, compressed where the client takes that. */
export async function sendContent(c: Context, content: Content, cache: ByteCache): Promise<Response> {
  const headers: Record<string, string> = {
    'Cache-Control': content.cacheControl ?? 'no-cache',
    Vary: 'Accept-Encoding',
    ...(content.attachment && { 'Content-Disposition': 'attachment' }),
    ...(content.untrusted && { 'Content-Security-Policy': UNTRUSTED_POLICY }),
  };
  const encoding = ALREADY_COMPRESSED.test(content.type)
    ? 'identity'
    : acceptedEncoding(c.req.header('accept-encoding'));
  if (matches(c.req.header('if-none-match'), content.tag))
    return new Response(null, { status: 304, headers: { ...headers, ETag: entityTag(content.tag, encoding) } });

  const plain = await content.bytes();
  const used = plain.byteLength < COMPRESS_FROM_BYTES ? 'identity' : encoding;
  const body =
    used === 'identity' ? plain : await cache.get(`${used}:${content.tag}`, async () => compress(plain, used));
  if (used !== 'identity') headers['Content-Encoding'] = used;
  return new Response(body, {
    headers: {
      ...headers,
      ETag: entityTag(content.tag, used),
      'Content-Type': content.type,
      'Content-Length': String(body.byteLength),
    },
  });
}

/** Bytes that differ by encoding carry different tags, as the protocol asks of strong ones. */
function entityTag(tag: string, encoding: Encoding): string {
  return `"${tag}${encoding === 'identity' ? '' : `;${encoding}`}"`;
}

function matches(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((part) => {
    const given = part.trim().replace(/^W\//, '').replace(/^"|"$/g, '');
    return given === '*' || given.replace(/;(br|gzip)$/, '') === tag;
  });
}

/** The best of br and gzip that an Accept-Encoding header allows. */
function acceptedEncoding(header: string | undefined): Encoding {
  const weights = new Map<string, number>();
  for (const part of (header ?? '').toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    weights.set(name, quality === undefined ? 1 : Number(quality.slice(2)) || 0);
  }
  const weight = (name: string): number => weights.get(name) ?? weights.get('*') ?? 0;
  const best = weight('br') >= weight('gzip') ? 'br' : 'gzip';
  return weight(best) > 0 ? best : 'identity';
}

/** Levels that keep up with loopback on the first request; later ones are served from the cache. */
async function compress(bytes: Uint8Array, encoding: 'br' | 'gzip'): Promise<Uint8Array<ArrayBuffer>> {
  const packed =
    encoding === 'gzip'
      ? await zip(bytes, { level: 5 })
      : await brotli(bytes, {
          params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength },
        });
  return new Uint8Array(packed.buffer as ArrayBuffer, packed.byteOffset, packed.byteLength);
}
