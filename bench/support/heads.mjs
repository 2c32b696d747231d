import { createRandom } from '../../dist/statistics/random.js';

/** Class templates with as much in common as classes of one super-class have; rows differ in length. */
export function syntheticHead(classes, features, seed) {
  const random = createRandom(seed);
  const groups = Array.from({ length: 40 }, () => Float32Array.from({ length: features }, () => random.normal()));
  const data = new Float32Array(classes * features);
  for (let c = 0; c < classes; c++) {
    const group = groups[c % groups.length];
    const length = 0.5 + random.next();
    for (let k = 0; k < features; k++) data[c * features + k] = length * (0.5 * group[k] + random.normal());
  }
  return { rows: classes, cols: features, data };
}

/** A symmetric matrix with the 25 levels that path similarity has between the classes of ImageNet-1k. */
export function steppedReference(classes, seed) {
  const random = createRandom(seed);
  const data = new Float32Array(classes * classes).fill(1);
  for (let i = 0; i < classes; i++) {
    for (let j = i + 1; j < classes; j++) {
      const distance = i % 40 === j % 40 ? 2 + random.below(6) : 4 + random.below(23);
      data[i * classes + j] = data[j * classes + i] = 1 / (1 + distance);
    }
  }
  return { rows: classes, cols: classes, data };
}

/** The bytes of a float32 matrix as a NumPy file. */
export function npyBytes({ rows, cols, data }) {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${cols}), }`;
  const header = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  const magic = Buffer.from('\x93NUMPY\x01\x00', 'latin1');
  return Buffer.concat([magic, length, Buffer.from(header, 'latin1'), Buffer.from(data.buffer)]);
}
