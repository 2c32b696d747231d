import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LimitError, SourceError, UsageError } from '#src/base/errors.ts';
import { openModel } from '#src/model-files/open-model.ts';
import type { HttpOptions } from '#src/model-files/remote/http-request.ts';
import { httpSource } from '#src/model-files/remote/http-source.ts';
import { type FileServer, fileOf, pattern, patternFile, startFileServer } from '../../support/file-server.ts';
import { writeSafetensors } from '../../support/safetensors-writer.ts';

let server: FileServer;
beforeAll(async () => {
  server = await startFileServer();
});
afterAll(() => server.close());
beforeEach(() => {
  server.files.clear();
  server.wrong.clear();
  server.seen.length = 0;
});

const quick: HttpOptions = { retryDelay: 1 };
const open = (path: string, options: HttpOptions = {}) => httpSource(server.url + path, { ...quick, ...options });
const SIZE = 1_000_000;
/** Compared as buffers: element by element takes seconds. */
const expectBytes = (bytes: Uint8Array, start: number, end: number) =>
  expect(Buffer.compare(bytes, pattern(start, end))).toBe(0);
const put = (path = '/a.bin', size = SIZE) => server.files.set(path, patternFile(size, { etag: '"v1"' }));

describe('reading by Range', () => {
  it('gives exactly the bytes asked for, wherever they lie and however many at once', async () => {
    put();
    const source = await open('/a.bin');
    expect([source.name, source.byteLength]).toEqual(['a.bin', SIZE]);
    const span = fc.tuple(fc.nat(SIZE), fc.nat(SIZE)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
    const near = fc.tuple(fc.nat(SIZE), fc.nat(70_000)).map(([a, n]) => [a, Math.min(SIZE, a + n)] as const);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(span, near), { minLength: 1, maxLength: 6 }), async (spans) => {
        const parts = await Promise.all(spans.map(([start, end]) => source.read(start, end)));
        parts.forEach((part, i) => {
          const [start, end] = spans[i]!;
          expectBytes(part, start, end);
        });
      }),
      { numRuns: 40 },
    );
  });

  it('opens with one request and keeps what came', async () => {
    put();
    const source = await open('/a.bin');
    await source.read(0, 60_000);
    await source.read(100, 200);
    expect(server.seen.map((request) => request.range)).toEqual(['bytes=0-65535']);
  });

  it('joins reads made at once, and reads ahead when they follow one another', async () => {
    put();
    const source = await open('/a.bin');
    await Promise.all(Array.from({ length: 20 }, (_, i) => source.read(500_000 + 8000 * i, 500_008 + 8000 * i)));
    expect(server.seen).toHaveLength(2);
    server.seen.length = 0;
    const other = await open('/a.bin');
    for (let at = 65_536; at + 1000 <= SIZE; at += 1000) await other.read(at, at + 1000);
    expect(server.seen.length).toBeLessThan(12);
  });

  it('gives a caller bytes that it may change', async () => {
    put();
    const source = await open('/a.bin');
    (await source.read(0, 10)).fill(0);
    (await source.read(70_000, 70_010)).fill(0);
    expectBytes(await source.read(0, 10), 0, 10);
    expectBytes(await source.read(70_000, 70_010), 70_000, 70_010);
  });

  it('moves the head of a 300 MB file and less than 1 MB more', async () => {
    const head = { shape: [1000, 2048], data: Float32Array.from({ length: 2_048_000 }, (_, i) => i % 97) };
    const backbone = 300_000_000;
    const json = JSON.stringify({
      'layer1.weight': { dtype: 'U8', shape: [backbone], data_offsets: [0, backbone] },
      'fc.weight': {
        dtype: 'F32',
        shape: head.shape,
        data_offsets: [backbone, backbone + head.data.byteLength],
      },
    });
    const start = new Uint8Array(8 + json.length);
    new DataView(start.buffer).setBigUint64(0, BigInt(json.length), true);
    start.set(new TextEncoder().encode(json), 8);
    const tail = new Uint8Array(head.data.buffer);
    const headAt = start.length + backbone;
    server.files.set('/large.safetensors', {
      size: headAt + tail.length,
      read: (from, to) => {
        const bytes = new Uint8Array(to - from);
        if (from < start.length) bytes.set(start.subarray(from, to));
        if (to > headAt) {
          const skip = Math.max(0, from - headAt);
          bytes.set(tail.subarray(skip, to - headAt), headAt + skip - from);
        }
        return bytes;
      },
    });
    const before = server.bytesSent();
    const model = await openModel(await open('/large.safetensors'));
    const tensor = await model.tensors.get('fc.weight')!.read();
    expect(Buffer.compare(new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tail.length), tail)).toBe(0);
    const moved = server.bytesSent() - before;
    expect(moved).toBeGreaterThanOrEqual(tail.length);
    expect(moved).toBeLessThanOrEqual(tail.length + 1_000_000);
    expect(server.seen.length).toBeLessThanOrEqual(3);
  });

  it('reads files of no bytes and of one', async () => {
    server.files.set('/empty', fileOf(new Uint8Array(0)));
    server.files.set('/one', fileOf(Uint8Array.of(7)));
    expect((await open('/empty')).byteLength).toBe(0);
    const one = await open('/one');
    expect([one.byteLength, ...(await one.read(0, 1))]).toEqual([1, 7]);
  });
});

describe('a server without Range', () => {
  it.each([
    ['that ignores it', { noRange: true }],
    ['that does not say how large the file is', { noTotal: true }],
  ])('%s sends the whole file, and that is said', async (_, wrong) => {
    put();
    server.wrong.set('/a.bin', wrong);
    const notes: string[] = [];
    const progress: number[] = [];
    const source = await open('/a.bin', {
      onNote: (note) => notes.push(note),
      onProgress: ({ done }) => progress.push(done),
    });
    expect(notes).toEqual([
      expect.stringMatching(/127\.0\.0\.1:\d+ does not send parts .* all of a\.bin is downloaded, 1\.0 MB/),
    ]);
    expect(progress.at(-1)).toBe(SIZE);
    const requests = server.seen.length;
    expectBytes(await source.read(999_000, SIZE), 999_000, SIZE);
    expect(server.seen).toHaveLength(requests);
  });

  it('is not followed into a file larger than fits', async () => {
    put('/huge', 2 ** 31 + 1);
    server.wrong.set('/huge', { noRange: true });
    await expect(open('/huge')).rejects.toThrow(LimitError);
  });
});

describe('what goes wrong', () => {
  it.each([429, 500, 502, 503, 504])('%i is tried again, and then works', async (status) => {
    put();
    server.wrong.set('/a.bin', { statuses: [{ status }, { status }] });
    const source = await open('/a.bin');
    server.wrong.set('/a.bin', { statuses: [{ status }] });
    expectBytes(await source.read(500_000, 500_010), 500_000, 500_010);
  });

  it('Retry-After is waited for', async () => {
    put();
    server.wrong.set('/a.bin', { statuses: [{ status: 429, headers: { 'Retry-After': '1' } }] });
    const started = performance.now();
    await open('/a.bin');
    expect(performance.now() - started).toBeGreaterThan(950);
  });

  it('a Retry-After of an hour is told and not waited for', async () => {
    put();
    server.wrong.set('/a.bin', { statuses: [{ status: 429, headers: { 'Retry-After': '3600' } }] });
    await expect(open('/a.bin')).rejects.toMatchObject({
      message: expect.stringContaining('429'),
      hint: expect.stringContaining('3600 seconds'),
    });
  });

  it('errors that stay are given up on, with their number', async () => {
    put();
    server.wrong.set('/a.bin', { statuses: Array.from({ length: 20 }, () => ({ status: 503 })) });
    await expect(open('/a.bin', { retries: 3 })).rejects.toThrow(/a\.bin: .* answers 503 .*after 4 tries/);
    expect(server.seen).toHaveLength(4);
  });

  it.each([
    [404, SourceError, /there is no such file at http:.*\/a\.bin \(404\)/],
    [410, SourceError, /there is no such file/],
    [401, SourceError, /answers 401/],
    [403, SourceError, /answers 403/],
    [400, SourceError, /answers 400/],
  ])('%i is final', async (status, type, message) => {
    server.wrong.set('/a.bin', { statuses: [{ status }] });
    const error = await open('/a.bin').catch((caught) => caught);
    expect(error).toBeInstanceOf(type);
    expect(error.message).toMatch(message);
    expect(server.seen).toHaveLength(1);
    if (status === 401) expect(error.hint).toContain('HF_TOKEN');
  });

  it('a body cut off is taken up where it ended', async () => {
    put();
    const source = await open('/a.bin');
    server.wrong.set('/a.bin', { truncate: 2 });
    expectBytes(await source.read(100_000, 900_000), 100_000, 900_000);
    expect(server.seen.slice(1).map((request) => request.range)).toEqual([
      'bytes=100000-899999',
      'bytes=500000-899999',
      'bytes=700000-899999',
    ]);
  });

  it('a body cut off in the first answer, or in a whole download, is asked for again', async () => {
    put();
    server.wrong.set('/a.bin', { truncate: 1 });
    expect((await open('/a.bin')).byteLength).toBe(SIZE);
    server.wrong.set('/a.bin', { truncate: 1, noRange: true });
    expectBytes(await (await open('/a.bin')).read(0, SIZE), 0, SIZE);
  });

  it('a body that is always cut off is given up on', async () => {
    put();
    const source = await open('/a.bin', { retries: 2 });
    server.wrong.set('/a.bin', { truncate: 100 });
    await expect(source.read(0, SIZE)).rejects.toThrow(/cut its answer off at byte \d+, after 3 tries/);
  });

  it('a wrong length is never taken for the file', async () => {
    put();
    server.wrong.set('/a.bin', { announceMore: 10, noRange: true });
    await expect(open('/a.bin', { retries: 1, stallTimeout: 200 })).rejects.toThrow(
      /cut its answer off after 1000000 bytes/,
    );
    server.wrong.set('/a.bin', { sendMore: 10 });
    await expect(open('/a.bin')).rejects.toThrow(/sent more than the 65536 bytes that it announced/);
  });

  it('bytes from another place are refused', async () => {
    put();
    const source = await open('/a.bin');
    server.wrong.set('/a.bin', { claim: (start, end, size) => `bytes ${start + 1}-${end}/${size}` });
    await expect(source.read(500_000, 500_010)).rejects.toThrow(/answered with bytes \d+ to \d+, where/);
  });

  it('a file that changed meanwhile is noticed', async () => {
    put();
    const source = await open('/a.bin');
    server.files.set('/a.bin', patternFile(SIZE, { etag: '"v2"' }));
    await expect(source.read(500_000, 500_010)).rejects.toThrow(/changed on the server while it was read/);
    server.files.set('/a.bin', patternFile(SIZE + 1));
    await expect(source.read(600_000, 600_010)).rejects.toThrow(/changed on the server/);
    server.files.set('/a.bin', patternFile(SIZE, { etag: '"v1"' }));
    expectBytes(await source.read(500_000, 500_010), 500_000, 500_010);
  });

  it('a connection that falls silent is tried again', async () => {
    put();
    server.wrong.set('/a.bin', { stall: 1 });
    const source = await open('/a.bin', { stallTimeout: 100 });
    server.wrong.set('/a.bin', { stall: 1 });
    expectBytes(await source.read(0, SIZE), 0, SIZE);
  });

  it('a slow server is waited for as long as bytes come', async () => {
    put();
    const source = await open('/a.bin', { stallTimeout: 1000 });
    server.wrong.set('/a.bin', { slow: 150 });
    expectBytes(await source.read(300_000, 700_000), 300_000, 700_000);
    expect(server.seen).toHaveLength(2);
  });

  it('stops at once when told to', async () => {
    put();
    server.wrong.set('/a.bin', { slow: 5000 });
    const stop = new AbortController();
    const opening = open('/a.bin', { signal: stop.signal });
    setTimeout(() => stop.abort(), 50);
    await expect(opening).rejects.toThrow(/abort/i);
    server.wrong.set('/a.bin', { statuses: [{ status: 503, headers: { 'Retry-After': '60' } }] });
    const waiting = open('/a.bin', { signal: AbortSignal.timeout(100) });
    await expect(waiting).rejects.toThrow(/abort|timeout/i);
  });

  it('nobody listening, or no such host, is told without a wait', async () => {
    const closed = await startFileServer();
    await closed.close();
    await expect(httpSource(`${closed.url}/x.pth`)).rejects.toThrow(
      /x\.pth: the server .* cannot be reached \(ECONNREFUSED\)/,
    );
  });

  it.each(['', 'model.safetensors', 'ftp://host/x', 'file:///etc/passwd', 'https://me:secret@host/x'])(
    'the address %j is refused',
    async (address) => {
      const error = await httpSource(address).catch((caught) => caught);
      expect(error).toBeInstanceOf(UsageError);
      expect(error.message).not.toContain('secret');
    },
  );
});

describe('redirects', () => {
  it('are followed, and the storage address is used until it is refused', async () => {
    put('/storage/a.bin');
    let good = 'one';
    server.before = (request, response) => {
      const url = new URL(request.url!, 'http://host');
      if (url.pathname === '/a.bin') response.writeHead(302, { Location: `/storage/a.bin?key=${good}` }).end();
      else if (url.searchParams.get('key') !== good) response.writeHead(403).end();
      else return false;
      return true;
    };
    try {
      const source = await open('/a.bin');
      expect(source.name).toBe('a.bin');
      await source.read(400_000, 400_010);
      expect(server.seen.map((request) => request.path)).toEqual(['/a.bin', '/storage/a.bin', '/storage/a.bin']);
      good = 'two';
      expectBytes(await source.read(800_000, 800_010), 800_000, 800_010);
      expect(server.seen.slice(3).map((request) => request.path)).toEqual([
        '/storage/a.bin',
        '/a.bin',
        '/storage/a.bin',
      ]);
      // Refused at the storage address and at the first one as well: then it is final.
      good = 'three';
      server.wrong.set('/storage/a.bin', { statuses: [{ status: 403 }, { status: 403 }] });
      await expect(source.read(600_000, 600_010)).rejects.toThrow(/answers 403/);
    } finally {
      server.before = () => false;
    }
  });

  it('without end are given up on', async () => {
    server.before = (request, response) => {
      response.writeHead(302, { Location: request.url! }).end();
      return true;
    };
    try {
      await expect(open('/a.bin', { retries: 0 })).rejects.toThrow(SourceError);
    } finally {
      server.before = () => false;
    }
  });
});

describe('files beside it', () => {
  it('are found by their names, with their parts encoded', async () => {
    put('/models/a b/model.bin');
    server.files.set('/models/a b/config.json', fileOf(new TextEncoder().encode('{}')));
    server.files.set('/models/a b/part #1.bin', fileOf(Uint8Array.of(1, 2)));
    const source = await open('/models/a%20b/model.bin?download=true');
    const config = (await source.sibling('config.json'))!;
    expect([config.name, config.byteLength]).toEqual(['config.json', 2]);
    expect((await (await source.sibling('./part #1.bin'))!.read(0, 2))[1]).toBe(2);
    expect(await source.sibling('nothing.json')).toBeUndefined();
  });

  it('are none where the server answers 403, or everything with a page', async () => {
    put();
    const source = await open('/a.bin');
    server.wrong.set('/config.json', { statuses: [{ status: 403 }] });
    expect(await source.sibling('config.json')).toBeUndefined();
    server.files.set('/config.json', fileOf(new TextEncoder().encode('<html>'), { type: 'text/html; charset=utf-8' }));
    expect(await source.sibling('config.json')).toBeUndefined();
  });

  it.each(['../config.json', '/config.json', 'a/../../b', 'https://evil.example/x', 'a\\b', ''])(
    '%j is not among them',
    async (name) => {
      put('/models/model.bin');
      const source = await open('/models/model.bin');
      const requests = server.seen.length;
      await expect(source.sibling(name)).rejects.toThrow(/outside its own folder/);
      expect(server.seen).toHaveLength(requests);
    },
  );

  it('shards are read with the index', async () => {
    const data = Float32Array.of(1, 2, 3, 4);
    const index = { weight_map: { a: 'one.safetensors', b: 'two.safetensors' } };
    const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
    server.files.set('/m/model.safetensors.index.json', fileOf(bytes(index)));
    server.files.set('/m/one.safetensors', fileOf(writeSafetensors({ a: { shape: [2, 2], data } })));
    server.files.set('/m/two.safetensors', fileOf(writeSafetensors({ b: { shape: [4], data } })));
    const model = await openModel(await open('/m/model.safetensors.index.json'));
    expect((await model.tensors.get('b')!.read()).data).toEqual(data);
  });
});
