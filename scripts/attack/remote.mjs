import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { SemblanceError } from '../../src/base/errors.ts';
import { detectHead } from '../../src/model-files/head/detect-head.ts';
import { openModel } from '../../src/model-files/open-model.ts';
import { httpSource } from '../../src/model-files/remote/http-source.ts';
import { generator } from '../fuzz/mutations.mjs';

const good = readFileSync(
  fileURLToPath(new URL('../../samples/tiny-imagenet-cnn/epoch-0040.safetensors', import.meta.url)),
);
const bomb = gzipSync(new Uint8Array(64 * 2 ** 20), { level: 9 });
const HANG_MS = 15_000;
const MEMORY_BYTES = 700 * 2 ** 20;
/** The patience of the client, so that many servers are met in little time. */
const CLIENT = { retries: 1, retryDelay: 1, stallTimeout: 150 };

/**
 * Servers on loopback that answer with random mistakes, and the client that opens a model there: it has to end, with the
 * model or with an error of its own, in bounded time and memory.
 */
export async function attack({ until, seed }) {
  const failures = [];
  const total = { read: 0, refused: 0 };
  let peak = 0;
  for (let i = 0; performance.now() < until && failures.length < 20; i++) {
    const random = generator(Math.imul(seed + 1, 0x9e3779b1) + i);
    const server = await hostile(random);
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 5);
    const result = await Promise.race([open(server.url), pause(HANG_MS)]);
    clearInterval(watch);
    if (result === 'read' || result === 'refused') total[result]++;
    else failures.push(`server ${i} (${server.said()}): ${result ?? `hangs for ${HANG_MS / 1000} s`}`);
    await server.close();
  }
  if (peak > MEMORY_BYTES) failures.push(`${Math.round(peak / 2 ** 20)} MB are taken`);
  const servers = total.read + total.refused + failures.length;
  const megabytes = Math.round(peak / 2 ** 20);
  return {
    figures: `${servers} servers, ${total.read} models read, ${total.refused} refused, at most ${megabytes} MB`,
    failures,
  };
}

async function open(url) {
  try {
    await detectHead(await openModel(await httpSource(url, CLIENT))).readTemplates();
    return 'read';
  } catch (error) {
    return error instanceof SemblanceError ? 'refused' : `stray ${error?.name}: ${error?.message}\n${error?.stack}`;
  }
}

/** A server that takes each of its answers from the same few mistakes; one in five answers is right. */
async function hostile(random) {
  const said = [];
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (!text.includes('\r\n\r\n')) return;
      const range = /range: bytes=(\d+)-(\d+)/i.exec(text);
      text = '';
      answer(socket, range && [Number(range[1]), Math.min(good.length, Number(range[2]) + 1)], random, said, server);
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${server.address().port}/model.safetensors`,
    said: () => said.join(', '),
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((done) => server.close(done));
    },
  };
}

function answer(socket, range, random, said, server) {
  const [start, end] = range ?? [0, good.length];
  const body = good.subarray(start, end);
  const part = (headers, bytes = body) => {
    socket.write(`HTTP/1.1 206 Partial Content\r\n${headers}\r\n\r\n`);
    socket.write(bytes);
  };
  const size = pick(random, [0, 1, 2 ** 31, 2 ** 32, 2 ** 50, 2 ** 53, '9'.repeat(30), -1, '*', good.length + 1, 'x']);
  const mistakes = {
    'wrong size': () => part(`Content-Range: bytes ${start}-${end - 1}/${size}\r\nContent-Length: ${body.length}`),
    'wrong range': () => {
      const [from, to] = [pick(random, [0, start + 1, 2 ** 53, -5]), pick(random, [0, end, 2 ** 60, 'x'])];
      part(`Content-Range: bytes ${from}-${to}/${good.length}\r\nContent-Length: ${body.length}`);
    },
    'wrong length': () => part(`Content-Range: bytes ${start}-${end - 1}/${good.length}\r\nContent-Length: ${size}`),
    'cut off': () => {
      part(
        `Content-Range: bytes ${start}-${end - 1}/${good.length}\r\nContent-Length: ${body.length}`,
        body.subarray(0, random(body.length + 1)),
      );
      socket.destroySoon();
    },
    silence: () => {},
    'silence within': () =>
      part(
        `Content-Range: bytes ${start}-${end - 1}/${good.length}\r\nContent-Length: ${body.length}`,
        body.subarray(0, 10),
      ),
    drip: () => {
      part(`Content-Range: bytes ${start}-${end - 1}/${good.length}\r\nContent-Length: ${body.length}`, '');
      const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : socket.write('x')), 20);
    },
    endless: () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const piece = Buffer.alloc(2 ** 18, random(256));
      const more = () => {
        while (!socket.destroyed && socket.write(piece));
        if (!socket.destroyed) socket.once('drain', more);
      };
      more();
    },
    'endless head': () => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(
        () => (socket.destroyed ? clearInterval(timer) : socket.write(`X: ${'y'.repeat(8000)}\r\n`)),
        1,
      );
    },
    bomb: () => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`);
      socket.write(bomb);
    },
    'bomb for a part': () =>
      part(
        `Content-Encoding: gzip\r\nContent-Range: bytes ${start}-${end - 1}/${good.length}\r\nContent-Length: ${bomb.length}`,
        bomb,
      ),
    'broken compression': () => {
      socket.write(
        `HTTP/1.1 200 OK\r\nContent-Encoding: ${pick(random, ['gzip', 'br', 'deflate', 'x', 'gzip, gzip, gzip'])}\r\nContent-Length: ${body.length}\r\n\r\n`,
      );
      socket.write(body);
    },
    redirect: () => {
      const own = `http://127.0.0.1:${server.address().port}`;
      const to = pick(random, [
        'file:///etc/passwd',
        'data:,x',
        `${own}/model.safetensors`,
        `${own}/other`,
        'http://[',
        '',
        'ftp://127.0.0.1/',
        `http://user:x@127.0.0.1:${server.address().port}/`,
      ]);
      socket.write(
        `HTTP/1.1 ${pick(random, [301, 302, 303, 307, 308])} Moved\r\nLocation: ${to}\r\nContent-Length: 0\r\n\r\n`,
      );
    },
    status: () =>
      socket.write(
        `HTTP/1.1 ${pick(random, [100, 204, 304, 400, 401, 404, 416, 418, 429, 500, 503, 999])} Said\r\nContent-Length: 0\r\nRetry-After: ${pick(random, [0, 1e9, 'never'])}\r\n\r\n`,
      ),
    noise: () => socket.end(Buffer.from(Array.from({ length: random(500) }, () => random(256)))),
    'changed bytes': () => {
      const changed = Buffer.from(body);
      for (let n = 1 + random(20); n > 0 && changed.length > 0; n--)
        changed[random(Math.min(changed.length, 3000))] = random(256);
      part(`Content-Range: bytes ${start}-${end - 1}/${good.length}\r\nContent-Length: ${body.length}`, changed);
    },
  };
  const name = random(5) === 0 ? 'right' : pick(random, Object.keys(mistakes));
  said.push(name);
  if (name === 'right')
    part(`Content-Range: bytes ${start}-${end - 1}/${good.length}\r\nContent-Length: ${body.length}`);
  else mistakes[name]();
}

function pick(random, list) {
  return list[random(list.length)];
}

function pause(ms) {
  return new Promise((done) => setTimeout(done, ms));
}
