import { type IncomingHttpHeaders, request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

export interface RawResponse {
  status: number;
  headers: IncomingHttpHeaders;
  /** As sent, still compressed. */
  raw: Buffer;
  /** Decompressed. */
  body: Buffer;
  json(): unknown;
}

export interface RawRequest {
  method?: string;
  headers?: Record<string, string>;
}

/** One request whose path goes out exactly as written; `fetch` would resolve its dots first. */
export function rawRequest(base: string, path: string, options: RawRequest = {}): Promise<RawResponse> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: hostname.replace(/^\[|\]$/g, ''),
        port,
        path,
        method: options.method ?? 'GET',
        headers: options.headers ?? {},
        agent: false,
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const raw = Buffer.concat(chunks);
          const encoding = incoming.headers['content-encoding'];
          const body =
            raw.length === 0 || encoding === undefined
              ? raw
              : encoding === 'br'
                ? brotliDecompressSync(raw)
                : gunzipSync(raw);
          resolve({
            status: incoming.statusCode!,
            headers: incoming.headers,
            raw,
            body,
            json: () => JSON.parse(body.toString()),
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
  });
}
