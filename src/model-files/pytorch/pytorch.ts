import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { printable } from '../../base/bytes/printable.ts';
import { looksLikeZip, openZip } from '../../formats/zip/open-zip.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import type { ModelFile, ModelFormat } from '../model-file.ts';
import { type ExportedWeights, exportedWeights, weightsWithin } from './exported-program.ts';
import { flattenCheckpoint, type Scalar } from './flatten.ts';
import { openLegacyCheckpoint } from './legacy-checkpoint.ts';
import { namesInside } from './names-inside.ts';
import { numpyElementType } from './numpy-globals.ts';
import { looksLikeTarCheckpoint, openTarCheckpoint } from './tar-checkpoint.ts';
import { arrayEntry, tensorEntry } from './tensor-entries.ts';
import { openZipCheckpoint } from './zip-checkpoint.ts';

/**
 * PyTorch checkpoints (`.pt .pth .th .bin .ckpt`): the zip form, the form before it, the tar form of the earliest releases,
 * bare pickles, and the weights of exported programs (`.pt2`). Pickles are read by a machine that executes nothing; objects
 * of other classes beside the weights are passed over, but for tensors in their attributes. It claims every zip archive, so
 * formats that are zips of a known layout must be asked before.
 */
export const pytorchFormat: ModelFormat = {
  name: 'pytorch',
  title: 'PyTorch',
  extensions: ['.pt', '.pth', '.th', '.ckpt', '.bin', '.pkl', '.pth.tar', '.pt.tar', '.pt2'],
  hub: { rank: 1, names: [/^pytorch_model\.bin$/, /^[^/]+\.(bin|pth|pt|th)$/] },
  head: { classAxis: 'first', inOrder: true },
  match: (head) => looksLikeZip(head) || looksLikePickle(head) || looksLikeTarCheckpoint(head),
  open: (source) => openPytorch(source),
};

const latin1 = new TextDecoder('latin1');

/** Under which tensors are named whose element types no reader here has. */
const NOT_READ = 'tensors of types that are not read';

/** Classes that are named as not known. */
const LISTED_NAMES = 8;

/** @param isWithin whether it lies within an exported program, so that it is a checkpoint and no such program itself */
async function openPytorch(source: ByteSource, isWithin = false): Promise<ModelFile> {
  const head = await source.read(0, Math.min(512, source.byteLength));
  const archive = looksLikeZip(head) ? await openZip(source) : undefined;
  if (archive && !isWithin) {
    const exported = await exportedWeights(archive);
    if (exported) return exportedFile(source.name, exported);
    const within = await weightsWithin(archive);
    if (within) return { ...(await openPytorch(within, true)), name: source.name };
  }
  const checkpoint = looksLikeTarCheckpoint(head)
    ? await openTarCheckpoint(source)
    : archive
      ? await openZipCheckpoint(archive)
      : await openLegacyCheckpoint(source);
  const flat = flattenCheckpoint(source.name, checkpoint.root);

  const tensors = new Map<string, TensorEntry>();
  const notRead: string[] = [];
  for (const [name, value] of flat.tensors) {
    if (value.kind === 'tensor') {
      if (value.dtype) tensors.set(name, tensorEntry(source.name, name, value, value.dtype, checkpoint.find));
      else notRead.push(`${name} (${value.dtypeName})`);
    } else {
      const dtype = numpyElementType(value.dtype);
      if (dtype) tensors.set(name, arrayEntry(source.name, name, value, dtype));
      else notRead.push(`${name} (NumPy ${value.dtype?.code ?? 'objects'})`);
    }
  }
  const metadata: Record<string, Scalar> = { ...flat.metadata };
  if (notRead.length > 0) metadata[NOT_READ] = notRead.join(', ');
  const notes: string[] = [];
  const inside = namesInside(checkpoint.root, (count) => hasRows(tensors, count));
  if (inside) notes.push(`The classes are named by ${printable(inside.key)} in the file.`);
  if (checkpoint.unknown.size > 0) {
    const names = namesOf(checkpoint.unknown);
    metadata['objects of other classes'] = names;
    notes.push(
      `Objects of classes that are not known were passed over, but for tensors in them; nothing was run: ${names}.`,
    );
  }
  return {
    format: 'pytorch',
    name: source.name,
    tensors,
    metadata,
    ...(notes.length > 0 && { notes }),
    ...(inside && { classNames: inside.names }),
  };
}

/** Whether some matrix or kernel has that many rows, as the head of so many classes has. */
function hasRows(tensors: ReadonlyMap<string, TensorEntry>, count: number): boolean {
  for (const { shape } of tensors.values()) if (shape.length >= 2 && shape[0] === count) return count > 1;
  return false;
}

function exportedFile(name: string, { tensors, notRead }: ExportedWeights): ModelFile {
  const metadata: Record<string, Scalar> = notRead.length > 0 ? { [NOT_READ]: notRead.join(', ') } : {};
  return { format: 'pytorch', name, tensors, metadata };
}

/** A few of the names, and how many more there are. */
function namesOf(names: ReadonlySet<string>): string {
  const shown = [...names].slice(0, LISTED_NAMES).map(printable).join(', ');
  return names.size > LISTED_NAMES ? `${shown} and ${names.size - LISTED_NAMES} more` : shown;
}

/**
 * A binary pickle (0x80 and a protocol), or a text one that begins with a name to import, a mark or a long integer.
 * Bare pickles are claimed so that one which would run code is refused by the name that it asks for.
 */
function looksLikePickle(head: Uint8Array): boolean {
  if (head[0] === 0x80) return head[1]! >= 1 && head[1]! <= 0x0f;
  if (head[0] !== 0x28 && head[0] !== 0x63 && head[0] !== 0x4c) return false;
  const text = latin1.decode(head.subarray(0, 256));
  return (
    /^\(?c[A-Za-z_][\w.]*\n[A-Za-z_]\w*\n/.test(text) ||
    /^\((?:[dl]p?\d*\n|i[A-Za-z_])/.test(text) ||
    /^L\d+L?\n\./.test(text)
  );
}
