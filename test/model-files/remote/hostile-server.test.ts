import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LimitError, SourceError } from '#src/base/errors.ts';
import type { HttpOptions } from '#src/model-files/remote/http-request.ts';
import { httpSource } from '#src/model-files/remote/http-source.ts';
import type { Fetch } from '#src/model-files/remote/redirects.ts';
import { type FileServer, startFileServer } from '../../support/file-server.ts';

let server: FileServer;
beforeAll(async () => {
  server = await startFileServer();
});
afterEach(() => {
  server.before = () => false;
});
afterAll(() => server.close());

const open = (options: HttpOptions = {}) =>
  httpSource(`${server.url}/a.bin`, { retryDelay: 1, retries: 1, ...options });
const MIB = 2 ** 20;

/** Runs a task and tells by how much memory grew meanwhile, in MiB. */
async function growth(task: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage.rss();
  let most = before;
  const look = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 10);
  await task();
  clearInterval(look);
  return (most - before) / MIB;
}

describe('a server that lies about sizes', () => {
  it.each([
    ['a size that no number holds', 'bytes 0-9/99999999999999999999'],
    ['a part beyond the end', 'bytes 0-9/5'],
    ['a part that starts beyond any number', 'bytes 99999999999999999999-99999999999999999999/1'],
  ])('%s is refused', async (_, range) => {
    server.before = (request, response) => {
      if (request.headers.range === undefined) response.writeHead(400).end();
      else response.writeHead(206, { 'Content-Range': range, 'Content-Length': '10' }).end(new Uint8Array(10));
      return true;
    };
    await expect(open()).rejects.toThrow(SourceError);
  });

  it('a file of a petabyte costs nothing until it is read, and no read of more than 4 GiB is tried', async () => {
    server.before = (_, response) => {
      response.writeHead(206, { 'Content-Range': `bytes 0-9/${2 ** 50}`, 'Content-Length': '10' });
      response.end(new Uint8Array(10));
      return true;
    };
    const source = await open();
    await expect(source.read(0, 2 ** 40)).rejects.toThrow(LimitError);
    // What comes is another part than the one that was asked for.
    const taken = await growth(() => expect(source.read(2 ** 41, 2 ** 41 + 2 ** 31)).rejects.toThrow(SourceError));
    expect(taken).toBeLessThan(50);
  });

  it('a whole body of gigabytes that was announced takes memory only as it comes', async () => {
    server.before = (_, response) => {
      response.writeHead(200, { 'Content-Length': String(2 ** 31) });
      response.write(new Uint8Array(1000));
      setTimeout(() => response.destroy(), 20);
      return true;
    };
    const taken = await growth(() => expect(open()).rejects.toThrow(/cut its answer off after 1000 bytes/));
    expect(taken).toBeLessThan(50);
    server.before = (_, response) => {
      response.writeHead(200, { 'Content-Length': String(2 ** 31 + 1) }).flushHeaders();
      return true;
    };
    await expect(open()).rejects.toThrow(/at most 2147483648 are read so/);
  });
});

describe('a body without an end', () => {
  it('that says no length is given up with its bound', async () => {
    const piece = new Uint8Array(MIB);
    server.before = (_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(piece));
        if (!response.destroyed) response.once('drain', more);
      };
      response.writeHead(200);
      more();
      return true;
    };
    const taken = await growth(() =>
      expect(open()).rejects.toThrow(/a\.bin: has \d+ bytes or more, .* does not say its length; at most 268435456/),
    );
    expect(taken).toBeLessThan(450);
  });

  it('that comes by the byte counts as broken', async () => {
    server.before = (_, response) => {
      response.writeHead(200, { 'Content-Length': '1000000' });
      const drip = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(drip));
      return true;
    };
    await expect(open({ stallTimeout: 200 })).rejects.toThrow(/cut its answer off after \d+ bytes, after 2 tries/);
  });
});

describe('a compressed body', () => {
  /** Zeros that gzip makes a thousandth of. */
  const bomb = (mib: number): Uint8Array => gzipSync(new Uint8Array(mib * MIB), { level: 9 });
  const sends = (body: Uint8Array, announced: boolean, status = 200, more: Record<string, string> = {}): void => {
    server.before = (_, response) => {
      const length: Record<string, string> = announced ? { 'Content-Length': String(body.length) } : {};
      response.writeHead(status, { 'Content-Encoding': 'gzip', ...length, ...more }).end(body);
      return true;
    };
  };

  it.each([true, false])(
    'that unpacks to far more than travelled is refused (length announced: %s)',
    async (announced) => {
      sends(bomb(300), announced);
      const taken = await growth(() =>
        expect(open()).rejects.toThrow(
          /a\.bin: has \d+ bytes or more, and its server sends it compressed.*at most \d+ are/,
        ),
      );
      expect(taken).toBeLessThan(200);
    },
  );

  it('of an honest kind is read', async () => {
    const text = Buffer.from('{"id2label": {}}'.repeat(1000));
    sends(gzipSync(text), true);
    const source = await open();
    expect(Buffer.from(await source.read(0, source.byteLength))).toEqual(text);
  });

  it.each(['gzip', 'br', 'deflate', 'gzip, gzip'])('that is no %s ends the wait', async (encoding) => {
    server.before = (_, response) => {
      response.writeHead(200, { 'Content-Encoding': encoding, 'Content-Length': '65536' });
      response.end(Uint8Array.from({ length: 65536 }, (_, i) => (i * 7919) >> 3));
      return true;
    };
    await expect(open({ stallTimeout: 200 })).rejects.toThrow(SourceError);
  });

  it('in place of a part is refused', async () => {
    sends(gzipSync(new Uint8Array(10)), true, 206, { 'Content-Range': 'bytes 0-9/1000' });
    await expect(open()).rejects.toThrow(/sends a part of the file compressed/);
  });
});

describe('redirects', () => {
  it('from https to http is refused before the second address is asked', async () => {
    // The certificate is of no matter here: what answers in place of https is a stand-in.
    let asked = 0;
    const standIn: Fetch = async () => {
      asked++;
      return new Response(null, { status: 302, headers: { Location: `${server.url}/a.bin` } });
    };
    server.seen.length = 0;
    await expect(httpSource('https://127.0.0.1/a.bin', { fetch: standIn, retryDelay: 1 })).rejects.toThrow(
      /a\.bin: 127\.0\.0\.1 redirects from https to http/,
    );
    expect([asked, server.seen.length]).toEqual([1, 0]);
  });

  it.each([
    ['http://user:secret@127.0.0.1/a.bin', /redirects to an address with a user name/],
    ['http://[', /redirects to what is no address/],
  ])('to %s is refused at once', async (to, message) => {
    server.seen.length = 0;
    server.before = (_, response) => {
      response.writeHead(302, { Location: to }).end();
      return true;
    };
    await expect(open({ retries: 4 })).rejects.toThrow(message);
    expect(server.seen).toHaveLength(1);
  });

  it('carry a token to its own host alone', async () => {
    const other = await startFileServer();
    try {
      server.before = (_, response) => {
        response.writeHead(302, { Location: `${other.url}/a.bin` }).end();
        return true;
      };
      other.before = (_, response) => {
        response.writeHead(206, { 'Content-Range': 'bytes 0-0/1' }).end('x');
        return true;
      };
      const own = new URL(server.url).origin;
      const headersFor = ({ origin }: URL): Record<string, string> =>
        origin === own ? { Authorization: 'Bearer x' } : {};
      await open({ headersFor });
      expect(server.seen.at(-1)!.headers.authorization).toBe('Bearer x');
      expect(other.seen.at(-1)!.headers.authorization).toBeUndefined();
    } finally {
      await other.close();
    }
  });
});
