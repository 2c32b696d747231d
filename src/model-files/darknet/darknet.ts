import type { ByteSource } from '../../base/bytes/byte-source.ts';
import type { FileBudget } from '../../base/bytes/file-budget.ts';
import { checkLimit, readRange } from '../../base/bytes/read-range.ts';
import { FormatError } from '../../base/errors.ts';
import { findGraphHeads } from '../graph/head-walk.ts';
import type { ModelFile, ModelFormat } from '../model-file.ts';
import { darknetGraph, detectorLevels } from './darknet-graph.ts';
import { readLayers } from './layers.ts';
import { parseCfg } from './parse-cfg.ts';
import { placeTensors } from './place-tensors.ts';

/**
 * Darknet's `.weights`: a header and then nothing but floats. Which layer they are of is in the `.cfg` beside the file, of
 * the same name (`yolov3.weights`, `yolov3_final.weights` and `yolov3.cfg`).
 */
export const darknetFormat: ModelFormat = {
  name: 'darknet',
  title: 'Darknet',
  extensions: ['.weights'],
  hub: { rank: 8, names: [/^[^/]+\.weights$/] },
  head: { classAxis: 'first' },
  match: looksLikeWeights,
  open: openDarknet,
};

/** A .cfg of the largest detectors has 40 KB. */
const MAX_CFG_BYTES = 4_000_000;

/** The longest header: four numbers, the last of 64 bits. */
const HEADER_BYTES = 20;

/** major, minor, revision and the count of pictures seen, before floats of a size that biases have. */
function looksLikeWeights(head: Uint8Array): boolean {
  if (head.length < HEADER_BYTES + 4) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const [major, minor, revision] = [0, 4, 8].map((at) => view.getInt32(at, true)) as [number, number, number];
  if (major !== 0 || minor < 1 || minor > 5 || revision < 0 || revision > 10) return false;
  return [20, 24].some((at) => at + 4 <= head.length && Math.abs(view.getFloat32(at, true)) < 1e6);
}

async function openDarknet(source: ByteSource, budget: FileBudget): Promise<ModelFile> {
  const header = await readRange(source, 'the header', 0, HEADER_BYTES);
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [major, minor, revision] = [0, 4, 8].map((at) => view.getInt32(at, true)) as [number, number, number];
  // Since version 0.2 the count of pictures has 64 bits.
  const isLong = major * 10 + minor >= 2;
  const seen = isLong ? Number(view.getBigUint64(12, true)) : view.getUint32(12, true);

  const cfg = await findCfg(source);
  checkLimit(cfg.name, 'its size', cfg.byteLength, MAX_CFG_BYTES);
  const text = new TextDecoder().decode(await readRange(cfg, 'the configuration', 0, cfg.byteLength));
  const layers = readLayers(cfg.name, parseCfg(cfg.name, text));
  const { tensors, normalised } = placeTensors(source, cfg.name, layers, isLong ? HEADER_BYTES : 16);
  const walk = await findGraphHeads(source.name, darknetGraph(layers, tensors, normalised), budget);
  const levels = detectorLevels(cfg.name, layers);
  return {
    format: 'darknet',
    name: source.name,
    tensors,
    metadata: { version: `${major}.${minor}.${revision}`, seen, configuration: cfg.name },
    ...walk,
    ...(levels.length > 0 && { graphHeads: levels, graphStops: [] }),
  };
}

/** The .cfg of the name of the weights, or of what is left of it without the ending that training gives. */
async function findCfg(source: ByteSource): Promise<ByteSource> {
  const stem = source.name.replace(/\.[^.]+$/, '');
  const names = [...new Set([stem, stem.replace(/[_-](?:final|last|best|\d+)$/, '')])].map((name) => `${name}.cfg`);
  for (const name of names) {
    const found = await source.sibling(name);
    if (found) return found;
  }
  throw new FormatError(
    `${source.name}: is a file of weights of Darknet, which says nothing of its layers, and there is no ${names.join(' or ')} beside it.`,
    { hint: `Put the .cfg that the network was trained with beside it, as ${names[0]}.`, file: source.name },
  );
}
