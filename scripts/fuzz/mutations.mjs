import { unzipSync, zipSync } from 'fflate';

/** Numbers that lie at the edges of what readers expect. */
const EDGES = [
  0,
  1,
  2,
  7,
  8,
  127,
  128,
  255,
  256,
  32767,
  65535,
  65536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 53,
  -1,
  -2,
  0.5,
  1e300,
];
/** Values that stand where JSON has others. */
const ODD = [
  null,
  true,
  '',
  'x',
  {},
  [],
  { toString: 1 },
  { valueOf: null, toString: null },
  [[[[]]]],
  '\u0000\u001b[2J',
  'x'.repeat(5000),
  '__proto__',
];

/** A generator of whole numbers below n that always gives the same sequence for a seed (mulberry32). */
export function generator(seed) {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n);
  };
}

/** A changed copy of a seed: in its structure where its format has one that can be rewritten, else in its bytes. */
export function mutate(format, seed, seeds, random) {
  const structured = STRUCTURED[format];
  if (structured && random(3) > 0) {
    try {
      return structured(seed, random);
    } catch {
      // A seed whose structure cannot be taken apart is changed in its bytes.
    }
  }
  return changeBytes(seed, seeds, random);
}

function changeBytes(seed, seeds, random) {
  let bytes = seed.slice();
  for (let n = 1 + random(4); n > 0 && bytes.length > 0; n--) {
    // Structure stands at the beginning of most formats and at the end of archives.
    const near = [bytes.length, Math.min(bytes.length, 4096)][random(2)];
    const at = random(4) === 0 ? bytes.length - 1 - random(Math.min(bytes.length, 1024)) : random(near);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const edge = EDGES[random(EDGES.length)];
    switch (random(8)) {
      case 0:
        bytes[at] ^= 1 << random(8);
        break;
      case 1:
        bytes[at] = random(256);
        break;
      case 2:
        if (at + 4 <= bytes.length) view.setUint32(at & ~3, edge >>> 0, true);
        break;
      case 3:
        if ((at & ~7) + 8 <= bytes.length)
          view.setBigUint64(at & ~7, BigInt.asUintN(64, BigInt(Math.trunc(Math.min(edge, 1e18)))), true);
        break;
      case 4:
        if (at + 4 <= bytes.length)
          view.setUint32(at & ~3, (view.getUint32(at & ~3, true) + random(65) - 32) >>> 0, true);
        break;
      case 5:
        bytes = bytes.slice(0, at);
        break;
      case 6: {
        const length = random(64);
        bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + length)]);
        break;
      }
      default: {
        const other = seeds[random(seeds.length)];
        const from = random(other.length);
        bytes.set(other.subarray(from, from + Math.min(64, bytes.length - at)), at);
      }
    }
  }
  return bytes;
}

/** Changes one value of a JSON document, wherever it stands, in place where it can. */
export function changeJson(value, random) {
  const places = [];
  const visit = (node, depth) => {
    if (typeof node !== 'object' || node === null || depth > 12) return;
    for (const key of Object.keys(node).slice(0, 50)) {
      places.push([node, key]);
      visit(node[key], depth + 1);
    }
  };
  visit(value, 0);
  if (places.length === 0) return structuredClone(ODD[random(ODD.length)]);
  const [node, key] = places[random(places.length)];
  switch (random(4)) {
    case 0:
      node[key] = structuredClone(ODD[random(ODD.length)]);
      break;
    case 1:
      node[key] = typeof node[key] === 'number' ? EDGES[random(EDGES.length)] : [node[key], node[key]];
      break;
    case 2:
      if (Array.isArray(node)) node.splice(Number(key), 1);
      else delete node[key];
      break;
    default: {
      const [other, from] = places[random(places.length)];
      node[key] = structuredClone(other[from]);
    }
  }
  return value;
}

const encode = (value) => new TextEncoder().encode(JSON.stringify(value));
const decode = (bytes) => JSON.parse(new TextDecoder().decode(bytes));

function changeSafetensors(seed, random) {
  const view = new DataView(seed.buffer, seed.byteOffset, seed.byteLength);
  const end = 8 + Number(view.getBigUint64(0, true));
  const header = encode(changeJson(decode(seed.subarray(8, end)), random));
  const out = new Uint8Array(8 + header.length + seed.length - end);
  new DataView(out.buffer).setBigUint64(0, BigInt(header.length), true);
  out.set(header, 8);
  out.set(seed.subarray(end), 8 + header.length);
  return out;
}

function changeZip(seed, random) {
  const entries = unzipSync(seed);
  const names = Object.keys(entries);
  const name = names[random(names.length)];
  switch (random(6)) {
    case 0:
      delete entries[name];
      break;
    case 1:
      entries[`${name}2`] = entries[name];
      break;
    default:
      entries[name] = /json$/.test(name)
        ? encode(changeJson(decode(entries[name]), random))
        : changeBytes(entries[name], [entries[name]], random);
  }
  return zipSync(entries, { level: random(2) === 0 ? 0 : 6 });
}

/** Changes one field of a protobuf message, at any depth, and rewrites the lengths around it. */
function changeProtobuf(bytes, random, depth = 0) {
  const fields = [];
  for (let at = 0; at < bytes.length; ) {
    const [tag, afterTag] = readVarint(bytes, at);
    const wire = Number(tag & 7n);
    let end = afterTag;
    let start = afterTag;
    if (wire === 0) end = readVarint(bytes, afterTag)[1];
    else if (wire === 1) end = afterTag + 8;
    else if (wire === 5) end = afterTag + 4;
    else if (wire === 2) {
      const [length, from] = readVarint(bytes, afterTag);
      start = from;
      end = from + Number(length);
    } else throw new Error('no protobuf');
    if (end > bytes.length) throw new Error('no protobuf');
    fields.push({ tag, wire, start, end });
    at = end;
  }
  const chosen = random(Math.max(1, fields.length));
  const parts = fields.flatMap((field, i) => {
    let payload = bytes.subarray(field.start, field.end);
    let { tag } = field;
    if (i === chosen) {
      const choice = random(6);
      if (choice === 0) return [];
      if (choice === 1) tag = (BigInt(random(30) + 1) << 3n) | BigInt(field.wire);
      if (field.wire === 0)
        payload = varint(BigInt.asUintN(64, BigInt(Math.trunc(Math.min(EDGES[random(EDGES.length)], 1e18)))));
      else if (field.wire === 2) {
        try {
          payload = depth < 8 && payload.length > 0 ? changeProtobuf(payload, random, depth + 1) : payload;
        } catch {
          payload = changeBytes(payload, [payload], random);
        }
      } else payload = changeBytes(payload, [payload], random).slice(0, payload.length);
      if (choice === 2) return [one(tag, field.wire, payload), one(tag, field.wire, payload)];
    }
    return [one(tag, field.wire, payload)];
  });
  return Uint8Array.from(Buffer.concat(parts));
}

/** Changes a number or name in a text, or repeats, drops or moves one of its tags. */
function changeXml(seed, random) {
  const parts = new TextDecoder('latin1').decode(seed).split(/(?=<)/);
  const at = random(parts.length);
  switch (random(5)) {
    case 0:
      parts.splice(at, 1);
      break;
    case 1:
      parts.splice(at, 0, parts[random(parts.length)]);
      break;
    case 2:
      parts[at] = parts[at].replace(/"[^"]*"/, JSON.stringify(String(ODD[random(2) + 2])));
      break;
    case 3:
      parts[at] = parts[at].replace(/(?<=[">,])-?\d+/, String(EDGES[random(EDGES.length)]));
      break;
    default:
      parts[at] = parts[at].replace(/"[^"]*"/, () => /"[^"]*"/.exec(parts[random(parts.length)])?.[0] ?? '""');
  }
  return Buffer.from(parts.join(''), 'latin1');
}

/** Changes bytes of the first block of a sorted table and gives it the checksum that it then has. */
function changeTable(seed, random) {
  // The block of data ends where that of the metadata begins.
  const end = Number(readVarint(seed, seed.length - 48)[0]) - 5;
  const out = seed.slice();
  out.set(changeBytes(seed.subarray(0, end), [seed], random).subarray(0, end));
  const crc = crc32c(out.subarray(0, end + 1));
  new DataView(out.buffer).setUint32(end + 1, ((crc >>> 15) | (crc << 17)) + 0xa282ead8, true);
  return out;
}

function crc32c(bytes) {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0x82f63b78 : rest >>> 1;
  }
  return (rest ^ 0xffffffff) >>> 0;
}

function one(tag, wire, payload) {
  return Buffer.concat([varint(tag), wire === 2 ? varint(BigInt(payload.length)) : Buffer.alloc(0), payload]);
}

function readVarint(bytes, at) {
  let value = 0n;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) break;
    value |= BigInt(byte & 127) << BigInt(7 * i);
    if (byte < 128) return [value, at + i + 1];
  }
  throw new Error('no varint');
}

function varint(value) {
  const out = [];
  for (let rest = value; ; rest >>= 7n) {
    out.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    if (rest <= 127n) return Uint8Array.from(out);
  }
}

const STRUCTURED = {
  safetensors: changeSafetensors,
  pytorch: changeZip,
  npz: changeZip,
  keras: changeZip,
  onnx: changeProtobuf,
  openvino: changeXml,
  'saved-model': changeProtobuf,
  'tf-checkpoint': changeTable,
  'tf-graph': changeProtobuf,
  caffe: changeProtobuf,
  coreml: changeProtobuf,
  tfjs: (seed, random) => encode(changeJson(decode(seed), random)),
  'shard index': (seed, random) => encode(changeJson(decode(seed), random)),
};
