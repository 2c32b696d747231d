import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '#src/base/errors.ts';
import { modelSource } from '#src/model-files/remote/model-source.ts';
import { proxyFetch } from '#src/model-files/remote/proxy-fetch.ts';
import { type FileServer, pattern, patternFile, startFileServer } from '../../support/file-server.ts';

const SIZE = 500_000;
let files: FileServer;
let proxy: Server;
let proxyUrl: string;
let seen: { line: string; authorization: string | undefined }[] = [];
let refusal: number | undefined;
const sockets = new Set<Socket>();

/** A proxy for plain requests and tunnels. */
function startProxy(): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    seen.push({ line: `${incoming.method} ${incoming.url}`, authorization: incoming.headers['proxy-authorization'] });
    const { 'proxy-authorization': _, ...headers } = incoming.headers;
    const onward = httpRequest(incoming.url!, { method: incoming.method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    onward.end();
  });
  server.on('connect', (incoming, socket) => {
    seen.push({ line: `CONNECT ${incoming.url}`, authorization: incoming.headers['proxy-authorization'] });
    if (refusal !== undefined) return socket.end(`HTTP/1.1 ${refusal} No\r\n\r\n`, () => socket.destroy());
    const [host, port] = incoming.url!.split(':');
    const onward = connect(Number(port), host === 'localhost' ? '127.0.0.1' : host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket);
      socket.pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  // Tunnels are no longer the server's to close.
  server.on('connection', (socket) => sockets.add(socket));
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

beforeAll(async () => {
  files = await startFileServer();
  files.files.set('/a.bin', patternFile(SIZE, { etag: '"v1"' }));
  proxy = await startProxy();
  proxyUrl = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((done) => proxy.close(done));
  await files.close();
});
beforeEach(() => {
  seen = [];
  refusal = undefined;
  files.seen.length = 0;
});

describe('the proxy of a request', () => {
  /** What the proxy is asked for; nothing where the request goes around it. */
  const asked = async (address: string, env: Record<string, string>): Promise<string[]> => {
    refusal = 502;
    await proxyFetch(env)(address, { headers: {}, signal: AbortSignal.timeout(5000), redirect: 'follow' }).catch(
      () => undefined,
    );
    return seen.map(({ line }) => line);
  };

  it.each([
    [{}, false],
    [{ HTTPS_PROXY: 'URL' }, true],
    [{ HTTPS_PROXY: 'BARE' }, true],
    [{ HTTP_PROXY: 'URL' }, true],
    [{ ALL_PROXY: 'URL' }, true],
    [{ https_proxy: 'URL', HTTPS_PROXY: 'http://127.0.0.1:1' }, true],
  ])('follows the variables that other programs follow: %o', async (env, expected) => {
    const filled = Object.fromEntries(
      Object.entries(env).map(([name, value]) => [
        name,
        value.replace('URL', `http://${proxyUrl}`).replace('BARE', proxyUrl),
      ]),
    );
    expect(await asked('https://localhost:8444/x', filled)).toEqual(expected ? ['CONNECT localhost:8444'] : []);
  });

  it.each([
    ['*', 'https://h.localhost:8444/', true],
    ['localhost', 'https://h.localhost:8444/', true],
    ['.localhost', 'https://h.localhost:8444/', true],
    ['*.localhost', 'https://h.localhost:8444/', true],
    ['LOCALHOST', 'https://localhost:8444/', true],
    ['other, localhost', 'https://localhost:8444/', true],
    ['localhost:8444', 'https://localhost:8444/', true],
    ['localhost:8443', 'https://localhost:8444/', false],
    ['calhost', 'https://localhost:8444/', false],
    ['127.0.0.1', 'https://127.0.0.1:8444/', true],
    ['', 'https://localhost:8444/', false],
  ])('NO_PROXY=%s spares %s: %s', async (list, address, spared) => {
    const lines = await asked(address, { HTTPS_PROXY: proxyUrl, NO_PROXY: list });
    expect(lines.length === 0).toBe(spared);
  });

  it('cannot be of another kind', () => {
    expect(() => proxyFetch({ HTTPS_PROXY: 'socks5://p:1' })).toThrow(
      'Proxies of the kind socks5://p:1 are not supported.',
    );
    expect(() => proxyFetch({ HTTPS_PROXY: 'http://' })).toThrow(UsageError);
  });
});

describe('fetching through a proxy', () => {
  it('reads by Range, with the name and password of the proxy', async () => {
    const env = { HTTP_PROXY: `http://me:pass%20word@${proxyUrl}` };
    const source = await modelSource(`${files.url}/a.bin`, { env, cache: false });
    expect(Buffer.compare(await source.read(100_000, SIZE), pattern(100_000, SIZE))).toBe(0);
    expect(seen.map((request) => request.line)).toEqual([`GET ${files.url}/a.bin`, `GET ${files.url}/a.bin`]);
    const basic = `Basic ${Buffer.from('me:pass word').toString('base64')}`;
    expect(seen.every((request) => request.authorization === basic)).toBe(true);
    expect(files.seen.map((request) => request.range)).toEqual(['bytes=0-65535', `bytes=100000-${SIZE - 1}`]);
    expect(files.seen[0]!.headers).not.toHaveProperty('proxy-authorization');
  });

  it('goes around it where NO_PROXY says so', async () => {
    const env = { HTTP_PROXY: proxyUrl, NO_PROXY: '127.0.0.1' };
    const source = await modelSource(`${files.url}/a.bin`, { env, cache: false });
    expect(source.byteLength).toBe(SIZE);
    expect(seen).toEqual([]);
  });

  it('follows redirects, without the token of the first host', async () => {
    const other = await startFileServer();
    files.files.set('/moved', patternFile(1));
    files.before = (request, response) => {
      if (request.url !== '/moved') return false;
      response.writeHead(302, { Location: `${other.url}/b.bin` }).end();
      return true;
    };
    other.files.set('/b.bin', patternFile(SIZE));
    try {
      const env = { HTTP_PROXY: proxyUrl, HF_TOKEN: 'hf_secret', HF_ENDPOINT: files.url };
      const source = await modelSource(`${files.url}/moved`, { env, cache: false });
      await source.read(200_000, 200_010);
      expect(files.seen[0]!.headers.authorization).toBe('Bearer hf_secret');
      expect(files.seen).toHaveLength(1);
      expect(other.seen.map((request) => request.headers.authorization)).toEqual([undefined, undefined]);
    } finally {
      files.before = () => false;
      await other.close();
    }
  });

  it('stops when told to', async () => {
    files.wrong.set('/a.bin', { slow: 5000 });
    try {
      const options = { env: { HTTP_PROXY: proxyUrl }, cache: false, signal: AbortSignal.timeout(100) };
      await expect(modelSource(`${files.url}/a.bin`, options)).rejects.toThrow(/abort|timeout/i);
    } finally {
      files.wrong.clear();
    }
  });

  it('tells of a proxy that refuses to tunnel', async () => {
    refusal = 407;
    const options = { env: { HTTPS_PROXY: proxyUrl }, cache: false };
    await expect(modelSource('https://example.org/a.bin', options)).rejects.toThrow(
      /The proxy 127\.0\.0\.1:\d+ answers 407 when asked for a tunnel to example\.org:443\./,
    );
  });
});

const openssl = spawnSync('openssl', ['version']).status === 0;

describe.skipIf(!openssl)('a tunnel to an HTTPS server', () => {
  it('is made, and the certificate checked', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'semblance-tls-'));
    const key = join(folder, 'key.pem');
    const cert = join(folder, 'cert.pem');
    const made = spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert],
    ]);
    expect(made.status).toBe(0);
    const secure = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (incoming, outgoing) => {
      const match = /^bytes=(\d+)-(\d+)$/.exec(incoming.headers.range ?? '')!;
      const [start, end] = [Number(match[1]), Math.min(SIZE, Number(match[2]) + 1)];
      outgoing.writeHead(206, { 'Content-Range': `bytes ${start}-${end - 1}/${SIZE}` });
      outgoing.end(pattern(start, end));
    });
    await new Promise<void>((done) => secure.listen(0, '127.0.0.1', done));
    const { port } = secure.address() as AddressInfo;
    const script = fileURLToPath(new URL('../../support/read-remote.mjs', import.meta.url));
    const loader = new URL('../../support/typescript-loader.mjs', import.meta.url).href;
    const read = (env: Record<string, string>) =>
      promisify(execFile)(process.execPath, ['--import', loader, script, `https://localhost:${port}/a.bin`], {
        env: { PATH: process.env.PATH, HTTPS_PROXY: `http://${proxyUrl}`, ...env },
      });
    try {
      const { stdout } = await read({ NODE_EXTRA_CA_CERTS: cert });
      const sum = pattern(SIZE - 100, SIZE).reduce((total, byte) => total + byte, 0);
      expect(JSON.parse(stdout)).toEqual({ size: SIZE, sum });
      expect(seen.map((request) => request.line)).toContain(`CONNECT localhost:${port}`);
      await expect(read({})).rejects.toThrow(/DEPTH_ZERO_SELF_SIGNED_CERT/);
    } finally {
      secure.closeAllConnections();
      secure.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
