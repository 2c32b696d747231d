/**
 * Opening a 500 MB checkpoint and reading its head: time against torch.load, memory against a bare node. Every figure
 * is the best of fresh processes that take turns, with the file in the page cache for all of them. Where PyTorch is
 * missing, reading the whole file into memory stands in for it.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';

const HEAD = 'fc.weight';
const HEAD_SHAPE = [1000, 2048];
const BODY_SHAPE = [2048, 1024];
const BODY_LAYERS = 60;
const RUNS = 7;
const LEAST_RATIO = 20;

const READ_ALL = `
import { readFile } from 'node:fs/promises';
const start = performance.now();
await readFile(process.argv[1]);
console.log(JSON.stringify({ seconds: (performance.now() - start) / 1000 }));
`;

const head = HEAD_SHAPE[0] * HEAD_SHAPE[1] * 4;
const folder = mkdtempSync(join(tmpdir(), 'semblance-bench-'));
const path = join(folder, 'checkpoint.pth');
try {
  writeCheckpoint(path);
  run();
} finally {
  rmSync(folder, { recursive: true });
}

function run() {
  const python = ['python3', '/usr/bin/python3'].find((p) => spawnSync(p, ['-c', 'import torch']).status === 0);
  const peerName = python ? 'torch.load' : 'reading the whole file (PyTorch is not installed)';
  const figures = { ours: [], peer: [], bare: [], peak: [] };
  let sums;
  for (let i = 0; i < RUNS; i++) {
    const ours = child(process.execPath, [script('support/open-head.mjs'), path, HEAD]);
    const peer = python
      ? child(python, [script('peers/load_pth.py'), path, HEAD])
      : child(process.execPath, ['--input-type=module', '-e', READ_ALL, path]);
    const bare = child(process.execPath, [script('support/bare-node.mjs')]);
    figures.ours.push(ours.seconds);
    figures.peer.push(peer.seconds);
    figures.peak.push(ours.peak);
    figures.bare.push(bare.peak);
    sums = [ours.sum, peer.sum ?? ours.sum];
  }
  if (Math.abs(sums[0] - sums[1]) > 1e-6 * Math.abs(sums[0]))
    throw new Error(`the heads differ: sums ${sums.join(', ')}`);

  const ratio = Math.min(...figures.peer) / Math.min(...figures.ours);
  const grown = Math.min(...figures.peak) - Math.min(...figures.bare);
  const allowed = 3 * head + 16e6;
  console.log(
    `file ${megabytes(statSync(path).size)}, head ${HEAD_SHAPE.join('×')} (${megabytes(head)}), ${RUNS} runs`,
  );
  console.log(
    `${peerName}: ${milliseconds(Math.min(...figures.peer))}; Semblance, open and read the head: ${milliseconds(Math.min(...figures.ours))}`,
  );
  console.log(`ratio ${ratio.toFixed(0)}× (at least ${LEAST_RATIO}×): ${ratio >= LEAST_RATIO ? 'met' : 'missed'}`);
  console.log(
    `peak memory above a bare node: ${megabytes(grown)} (at most head × 3 + 16 MB = ${megabytes(allowed)}): ${grown <= allowed ? 'met' : 'missed'}`,
  );
}

function script(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}

function child(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} failed:\n${stderr}`);
  return JSON.parse(stdout);
}

/** What torch.save writes for {"state_dict": {…}}: a zip of stored entries, written piece by piece. */
function writeCheckpoint(target) {
  const shapes = [
    ...Array.from({ length: BODY_LAYERS }, (_, i) => [`layers.${i}.weight`, BODY_SHAPE]),
    [HEAD, HEAD_SHAPE],
  ];
  const file = openSync(target, 'w');
  const directory = [];
  let offset = 0;
  const write = (bytes) => {
    offset += writeSync(file, bytes);
  };
  const entry = (name, bytes) => {
    const fields = Buffer.alloc(26);
    fields.writeUInt32LE(crc32(bytes), 10);
    fields.writeUInt32LE(bytes.length, 14);
    fields.writeUInt32LE(bytes.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    const [local, central] = [signature(3, 4), Buffer.concat([signature(1, 2), Buffer.alloc(2)])];
    directory.push(Buffer.concat([central, fields, tail, Buffer.from(name)]));
    write(Buffer.concat([local, fields, Buffer.from(name)]));
    write(bytes);
  };
  entry('checkpoint/data.pkl', checkpointPickle(shapes));
  shapes.forEach(([, [rows, columns]], key) => {
    const values = Float32Array.from({ length: rows * columns }, (_, i) =>
      Math.fround(((i * 7919 + key) % 1999) / 1999),
    );
    entry(`checkpoint/data/${key}`, new Uint8Array(values.buffer));
  });
  entry('checkpoint/version', Buffer.from('3\n'));
  const start = offset;
  write(Buffer.concat(directory));
  const end = Buffer.concat([signature(5, 6), Buffer.alloc(18)]);
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(offset - start, 12);
  end.writeUInt32LE(start, 16);
  write(end);
  closeSync(file);
}

function signature(a, b) {
  return Buffer.from([0x50, 0x4b, a, b]);
}

/** Protocol 2, without a memo. */
function checkpointPickle(shapes) {
  const text = (value) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(value.length);
    return Buffer.concat([Buffer.from('X'), length, Buffer.from(value)]);
  };
  const int = (value) => {
    const bytes = Buffer.alloc(5, 'J');
    bytes.writeInt32LE(value, 1);
    return bytes;
  };
  const tuple = (...items) => Buffer.concat([Buffer.from('('), ...items, Buffer.from('t')]);
  const tensors = shapes.flatMap(([name, [rows, columns]], key) => [
    text(name),
    Buffer.from('ctorch._utils\n_rebuild_tensor_v2\n('),
    tuple(text('storage'), Buffer.from('ctorch\nFloatStorage\n'), text(String(key)), text('cpu'), int(rows * columns)),
    Buffer.from('Q'),
    int(0),
    tuple(int(rows), int(columns)),
    tuple(int(columns), int(1)),
    Buffer.from([0x89]),
    Buffer.from('ccollections\nOrderedDict\n)RtR'),
  ]);
  return Buffer.concat([
    Buffer.from([0x80, 2]),
    Buffer.from('}'),
    text('state_dict'),
    Buffer.from('}('),
    ...tensors,
    Buffer.from('us.'),
  ]);
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function milliseconds(seconds) {
  return `${(seconds * 1000).toFixed(1)} ms`;
}
