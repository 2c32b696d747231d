import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A file that is made as it is read, so that it may be large without being anywhere. */
export interface ServedFile {
  size: number;
  read(start: number, end: number): Uint8Array;
  etag?: string;
  /** SHA-256, for files that the hub keeps in its large-file storage. */
  sha256?: string;
  type?: string;
}

/** What a test wants a path to do wrong. Numbers say how often, the first times. */
export interface Misbehaviour {
  /** Answers with these statuses first. */
  statuses?: { status: number; headers?: Record<string, string> }[];
  /** Ends the body early. */
  truncate?: number;
  /** Sends nothing, or nothing more, and keeps the connection. */
  stall?: number;
  /** Ignores Range. */
  noRange?: boolean;
  /** Sends parts without saying how large the whole is. */
  noTotal?: boolean;
  /** Changes the Content-Range that a part claims. */
  claim?: (start: number, end: number, size: number) => string;
  /** Announces this many bytes more than there are. */
  announceMore?: number;
  /** Sends this many bytes more than asked for. */
  sendMore?: number;
  /** Sends the body in pieces, this many milliseconds apart. */
  slow?: number;
}

export interface SeenRequest {
  path: string;
  range: string | undefined;
  headers: IncomingMessage['headers'];
}

export interface FileServer {
  url: string;
  files: Map<string, ServedFile>;
  wrong: Map<string, Misbehaviour>;
  seen: SeenRequest[];
  /** Body bytes written so far. */
  bytesSent(): number;
  /** Answers before files are looked at; returns true when it did. */
  before: (request: IncomingMessage, response: ServerResponse) => boolean;
  close(): Promise<void>;
}

/** A server of files on loopback that honours Range, and misbehaves where it is told to. */
export async function startFileServer(): Promise<FileServer> {
  const files = new Map<string, ServedFile>();
  const wrong = new Map<string, Misbehaviour>();
  const seen: SeenRequest[] = [];
  let sent = 0;
  const self: FileServer = {
    url: '',
    files,
    wrong,
    seen,
    bytesSent: () => sent,
    before: () => false,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  const server: Server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url!, 'http://host').pathname);
    seen.push({ path, range: request.headers.range, headers: request.headers });
    response.on('error', () => {});
    if (self.before(request, response)) return;
    const act = wrong.get(path) ?? {};
    const refused = act.statuses?.shift();
    if (refused) {
      response.writeHead(refused.status, refused.headers);
      response.end();
      return;
    }
    const file = files.get(path);
    if (!file) {
      response.writeHead(404, { 'X-Error-Message': 'Entry not found' }).end('not here');
      return;
    }
    void send(file, act, request, response).then((bytes) => (sent += bytes));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  self.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return self;
}

async function send(
  file: ServedFile,
  act: Misbehaviour,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<number> {
  const match = act.noRange ? null : /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  const headers: Record<string, string> = {
    'Content-Type': file.type ?? 'application/octet-stream',
    ...(act.noRange ? {} : { 'Accept-Ranges': 'bytes' }),
    ...(file.etag === undefined ? {} : { ETag: file.etag }),
  };
  if (match && Number(match[1]) >= file.size) {
    response.writeHead(416, { 'Content-Range': `bytes */${file.size}` }).end();
    return 0;
  }
  const start = match ? Number(match[1]) : 0;
  const end = match ? Math.min(file.size, Number(match[2]) + 1) : file.size;
  if (match)
    headers['Content-Range'] =
      act.claim?.(start, end, file.size) ?? `bytes ${start}-${end - 1}/${act.noTotal ? '*' : file.size}`;
  let length = end - start;
  if (!act.sendMore) headers['Content-Length'] = String(length + (act.announceMore ?? 0));
  response.writeHead(match ? 206 : 200, headers);
  const cut = act.truncate !== undefined && act.truncate > 0;
  if (cut) {
    act.truncate!--;
    length = Math.floor(length / 2);
  }
  const stall = act.stall !== undefined && act.stall > 0;
  if (stall) {
    act.stall!--;
    length = Math.floor(length / 2);
  }
  let bytes = 0;
  const piece = act.slow ? Math.ceil(length / 8) : 1 << 20;
  for (let at = 0; at < length && !response.destroyed; at += piece) {
    const chunk = file.read(start + at, start + Math.min(length, at + piece));
    bytes += chunk.length;
    if (!response.write(chunk)) await new Promise((drained) => response.once('drain', drained).once('close', drained));
    if (act.slow) await new Promise((resume) => setTimeout(resume, act.slow));
  }
  if (act.sendMore) response.write(new Uint8Array(act.sendMore));
  if (cut) response.destroy();
  else if (!stall) response.end();
  return bytes;
}

/** A file of given bytes. */
export function fileOf(bytes: Uint8Array, more: Partial<ServedFile> = {}): ServedFile {
  return { size: bytes.length, read: (start, end) => bytes.subarray(start, end), ...more };
}

/** A file whose byte at i is known for every i, of any size. */
export function patternFile(size: number, more: Partial<ServedFile> = {}): ServedFile {
  return { size, read: (start, end) => pattern(start, end), ...more };
}

let made = new Uint8Array(0);

/** Bytes [start, end) of every `patternFile`. */
export function pattern(start: number, end: number): Uint8Array {
  // Made once, up to 4 MB; beyond that nobody looks at the values.
  if (made.length === 0) made = Uint8Array.from({ length: 4_000_000 }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
  return end <= made.length ? made.slice(start, end) : new Uint8Array(end - start);
}
