import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../../src/server/start-server.ts';
import { folderStore } from '../../src/study/folder-store.ts';
import { writeMadeConcepts } from '../../test/support/concepts-study.ts';
import { generator } from '../fuzz/mutations.mjs';

const SECRET = 'nobody may read this';
const ANSWER_MS = 5_000;
const MEMORY_BYTES = 500 * 2 ** 20;
const LEAST_NOISE = 200;
const HALF_OPEN = 800;

/** The local server with a study, attacked from this machine: nothing foreign is read, written or kept waiting. */
export async function attack({ until, seed }) {
  const random = generator(seed);
  const failures = [];
  const counts = { requests: 0, noise: 0 };
  const root = mkdtempSync(join(tmpdir(), 'semblance-attack-'));
  const study = join(root, 'study');
  await writeMadeConcepts(folderStore(study), { images: 4 });
  mkdirSync(join(root, 'app'));
  writeFileSync(join(root, 'app/index.html'), '<!doctype html><title>app</title>');
  writeFileSync(join(root, 'secret.txt'), SECRET);
  writeFileSync(join(study, 'unlisted.txt'), SECRET);
  symlinkSync(join(root, 'secret.txt'), join(root, 'app/link.txt'));
  const before = listing(root);
  const server = await startServer({ studies: [study], appFolder: join(root, 'app'), port: 0 });
  const own = `127.0.0.1:${server.port}`;

  const ask = async (text, what, closes = false) => {
    counts.requests++;
    const answer = await exchange(server.port, text, closes);
    if (answer === undefined) failures.push(`${what}: no answer and no end within ${ANSWER_MS / 1000} s`);
    if (answer?.includes(SECRET)) failures.push(`${what}: a file that is not listed was sent`);
    return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(answer ?? '')?.[1] ?? 0), answer: answer ?? '' };
  };
  const get = (path, host = own, headers = '') =>
    ask(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${headers}\r\n`, `GET ${path} of ${host}`);
  const post = (body, headers) =>
    ask(
      `POST /api/study/notes HTTP/1.1\r\nHost: ${own}\r\nConnection: close\r\nContent-Length: ${body.length}\r\n${headers}\r\n${body}`,
      `POST with ${JSON.stringify(headers)}`,
    );

  try {
    // What follows would prove nothing if nothing were answered.
    if ((await get('/api/study/study.json')).status !== 200) failures.push('the server does not answer its own page');
    for (const host of foreignHosts(own, server.port)) {
      const { status } = await get('/api/study/study.json', host);
      if (status < 400 && status !== 0) failures.push(`Host ${host}: answered with ${status}`);
    }
    for (const path of climbingPaths()) await get(path);
    for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'CONNECT']) {
      const { status, answer } = await ask(
        `${method} /api/study/study.json HTTP/1.1\r\nHost: ${own}\r\nConnection: close\r\n\r\n`,
        method,
      );
      if (status < 400 && status !== 0) failures.push(`${method}: answered with ${status}`);
      if (/access-control-allow/i.test(answer)) failures.push(`${method}: sends CORS headers`);
    }
    const note = JSON.stringify({ concept: 'cat/0/3', name: 'x', note: 'y' });
    for (const headers of foreignNotes(own)) {
      const { status } = await post(note, headers);
      if (status < 400 && status !== 0) failures.push(`a note with ${JSON.stringify(headers)} was taken`);
    }
    const ownPage = `Origin: http://${own}\r\nContent-Type: application/json\r\n`;
    for (const size of [64 * 1024 + 1, 2 ** 20, 2 ** 24]) {
      const { status } = await post('x'.repeat(size), ownPage);
      if (status < 400 && status !== 0) failures.push(`a note of ${size} bytes was taken`);
    }
    await endlessBody(server.port, own, ownPage, failures);
    await halfOpen(server.port, own, get, failures);
    // What is left of the time, or a little more, goes into noise: requests with bytes changed, cut off or repeated.
    while ((performance.now() < until || counts.noise < LEAST_NOISE) && failures.length < 20) {
      counts.noise++;
      await ask(noisy(own, random), `noise ${counts.noise}`, true);
    }
    if ((await get('/api/study/study.json')).status !== 200) failures.push('the server no longer answers');
    if (process.memoryUsage().rss > MEMORY_BYTES) failures.push(`${process.memoryUsage().rss >> 20} MB are taken`);
    if (listing(root) !== before) failures.push('files were changed');
    if ((await post(note, ownPage)).status !== 200) failures.push('a note of its own page was not taken');
  } finally {
    await server.close();
    rmSync(root, { recursive: true, force: true });
  }
  const figures = `${counts.requests - counts.noise} requests, ${HALF_OPEN} half-open connections, ${counts.noise} noisy requests`;
  return { figures, failures };
}

/** Host headers that a page elsewhere, or a proxy, could bring. */
function foreignHosts(own, port) {
  return [
    ...['evil.example', `evil.example:${port}`, `127.0.0.1.evil.example:${port}`, `evil.example#${own}`],
    ...[`${own}@evil.example`, `evil.example@${own}`, `localhost.evil.example:${port}`, `127.0.0.1:${port + 1}`],
    ...[
      '127.0.0.1',
      `127.0.0.1.:${port}x`,
      `0.0.0.0:${port}`,
      `[::]:${port}`,
      `2130706433:${port}`,
      `0x7f000001:${port}`,
    ],
    ...[
      `127.1:${port}`,
      `017700000001:${port}`,
      `[::ffff:127.0.0.1]:${port}`,
      `${own} evil.example`,
      `${own}, evil.example`,
    ],
    ...[
      '',
      ' ',
      `:${port}`,
      `localhost:${port}:${port}`,
      `127.0.0.1:0${port}0`,
      `\u0000${own}`,
      `${own}/x`,
      `http://${own}`,
    ],
  ];
}

/** Paths towards files outside the study and its list, written in every way that something decodes. */
function climbingPaths() {
  const ups = [
    '..',
    '%2e%2e',
    '.%2e',
    '%2e.',
    '..%00',
    '%252e%252e',
    '%c0%ae%c0%ae',
    '..\\',
    '..%5c',
    '....',
    '．．'.normalize(),
  ];
  const slashes = ['/', '%2f', '\\', '%5c', '//', '/./', '%252f'];
  const bases = ['/', '/api/study/files/', '/api/studies/study/files/', '/api/study/display/', '/assets/'];
  const climbing = bases.flatMap((base) =>
    ups.flatMap((up) =>
      slashes.flatMap((slash) => [1, 2, 3].map((n) => encodeRaw(`${base}${`${up}${slash}`.repeat(n)}secret.txt`))),
    ),
  );
  return [
    ...climbing,
    ...[
      '/link.txt',
      '/api/study/files/unlisted.txt',
      '/api/study/files/./unlisted.txt',
      '/api/study/files//unlisted.txt',
    ],
    ...[
      '/api/study/files/unlisted.txt%00.npy',
      '/api/study/files/%75nlisted.txt',
      '/api/studies/../files/unlisted.txt',
    ],
    ...['/api/studies/%2e%2e/files/secret.txt', '/api/study/files/file:///etc/passwd', 'http://evil.example/', '*'],
  ];
}

/** A path as bytes of a request line: characters beyond ASCII are encoded, everything else goes as it is. */
function encodeRaw(path) {
  return path.replace(/[^\x21-\x7e]/g, (character) => encodeURIComponent(character));
}

/** Headers of notes that do not come from the app's own page. */
function foreignNotes(own) {
  const json = 'Content-Type: application/json\r\n';
  const origins = [
    'http://evil.example',
    'null',
    `https://${own}`,
    `http://${own}0`,
    `http://${own}.evil.example`,
    'file://',
    '',
  ];
  return [
    json,
    ...origins.map((origin) => `Origin: ${origin}\r\n${json}`),
    ...['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/json', ''].map(
      (type) => `Origin: http://${own}\r\nContent-Type: ${type}\r\n`,
    ),
    `Referer: http://${own}/\r\n${json}`,
  ];
}

/** A body that goes on for ever has to be refused, not kept. */
async function endlessBody(port, own, headers, failures) {
  const socket = connect(port, '127.0.0.1');
  const ended = new Promise((done) => socket.on('close', done).on('error', done));
  let sent = 0;
  socket.write(`POST /api/study/notes HTTP/1.1\r\nHost: ${own}\r\nTransfer-Encoding: chunked\r\n${headers}\r\n`);
  let answered = false;
  socket.on('data', () => {
    answered = true;
  });
  const chunk = `10000\r\n${'x'.repeat(65536)}\r\n`;
  const deadline = performance.now() + ANSWER_MS;
  while (!answered && !socket.destroyed && performance.now() < deadline) {
    sent += chunk.length;
    if (!socket.write(chunk)) await Promise.race([new Promise((go) => socket.once('drain', go)), pause(200)]);
    else await pause(0);
  }
  if (!answered && !socket.destroyed) failures.push(`a body of ${sent} bytes and more was neither refused nor ended`);
  socket.destroy();
  await ended;
}

/** Connections that never finish their request may not keep others waiting. */
async function halfOpen(port, own, get, failures) {
  const sockets = Array.from({ length: HALF_OPEN }, (_, i) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(
      ['GET / HTTP/1.1\r\n', `GET / HTTP/1.1\r\nHost: ${own}\r\nX-`, '', 'POST /api/study/notes HTTP/1.1\r\n'][i % 4],
    );
    return socket;
  });
  await pause(200);
  const asked = performance.now();
  const { status } = await get('/api/study/study.json');
  const took = performance.now() - asked;
  if (status !== 200 || took > 1000)
    failures.push(
      `beside ${HALF_OPEN} half-open connections a request is answered with ${status} after ${took.toFixed(0)} ms`,
    );
  for (const socket of sockets) socket.destroy();
}

/** A request of an ordinary kind with some of its bytes changed. */
function noisy(own, random) {
  const lines = [
    `${['GET', 'HEAD', 'POST', 'PUT', 'get', 'G\u0000T'][random(6)]} ${['/', '/api/studies', '/api/study/study.json', '/api/study/events', '/api/study/row/x.npy/1'][random(5)]} HTTP/1.${random(3)}`,
    `Host: ${own}`,
    [
      'Range: bytes=0-',
      'Range: bytes=-1',
      'If-None-Match: *',
      'Accept-Encoding: br;q=x, gzip',
      'Cookie: a=b',
      'Expect: 100-continue',
    ][random(6)],
    [
      'Content-Length: 5',
      'Content-Length: -1',
      'Transfer-Encoding: chunked',
      `X: ${'y'.repeat(random(30000))}`,
      'Connection: close',
    ][random(5)],
  ];
  const bytes = Buffer.from(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`, 'latin1');
  for (let n = random(6); n > 0; n--) bytes[random(bytes.length)] = random(256);
  return random(4) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes;
}

/** Sends a text, then perhaps no more, and gives all that comes back; undefined when the connection stays open. */
function exchange(port, text, closes) {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    const chunks = [];
    const timer = setTimeout(() => {
      socket.destroy();
      done(undefined);
    }, ANSWER_MS);
    const end = () => {
      clearTimeout(timer);
      socket.destroy();
      done(Buffer.concat(chunks).toString('latin1'));
    };
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      // The stream of events has no end of its own.
      if (/text\/event-stream/i.test(Buffer.concat(chunks).toString('latin1'))) end();
    });
    socket.on('close', end);
    socket.on('error', end);
    if (closes) socket.end(text);
    else socket.write(text);
  });
}

/** Every file below a folder with its content, as one text. */
function listing(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(
      (entry) =>
        `${entry.parentPath}/${entry.name} ${readFileSync(`${entry.parentPath}/${entry.name}`).toString('base64')}`,
    )
    .sort()
    .join('\n');
}

function pause(ms) {
  return new Promise((done) => setTimeout(done, ms));
}
