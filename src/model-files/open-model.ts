import type { ByteSource } from '../base/bytes/byte-source.ts';
import { fileBudget } from '../base/bytes/file-budget.ts';
import { FormatError, UnsupportedError } from '../base/errors.ts';
import { KNOWN_FORMATS_TEXT } from './known-formats.ts';
import type { ModelFile, ModelFormat } from './model-file.ts';
import { MODEL_FORMATS, SHARD_INDEX } from './model-formats.ts';
import { otherFile } from './other-files.ts';
import type { ShardIndexFormat } from './shard-index.ts';
import { composeWeights } from './stored-in-parts/compose-weights.ts';

const PEEK_BYTES = 4096;

/** The format of a source, told from its bytes and never from its name; undefined when none claims it. */
export async function detectFormat(source: ByteSource): Promise<ModelFormat | ShardIndexFormat | undefined> {
  return formatOf(await readHead(source), source);
}

/**
 * Opens a model file: reads its header, lists its tensors, loads none of them.
 * @throws FormatError when no format claims the bytes, or the one that does finds them broken.
 */
export async function openModel(source: ByteSource): Promise<ModelFile> {
  if (source.byteLength === 0)
    throw new FormatError(`${source.name}: the file is empty.`, {
      hint: 'The download or copy ended before its first byte; download or save it again.',
    });
  const head = await readHead(source);
  const format = await formatOf(head, source);
  if (!format) {
    const other = otherFile(head);
    if (other) throw new UnsupportedError(`${source.name}: is ${other.what}.`, { hint: other.hint });
    throw new FormatError(
      `${source.name}: not a model file that Semblance knows (it begins with ${describeBytes(head.subarray(0, 16))}).`,
      {
        hint: `Give a file of ${KNOWN_FORMATS_TEXT}. A model of another kind can be exported to ONNX, or its matrix of class templates saved as .npy, one row a class.`,
      },
    );
  }
  try {
    const file = await format.open(withHead(source, head), fileBudget(source.name));
    return file.linearLayers ? file : await composeWeights(file, source);
  } catch (cause) {
    if (cause instanceof TypeError || cause instanceof RangeError)
      throw new FormatError(`${source.name}: cannot be read as ${format.title}; something in it is of a wrong kind.`, {
        cause,
      });
    throw cause;
  }
}

function readHead(source: ByteSource): Promise<Uint8Array> {
  return source.read(0, Math.min(PEEK_BYTES, source.byteLength));
}

async function formatOf(head: Uint8Array, source: ByteSource): Promise<ModelFormat | ShardIndexFormat | undefined> {
  for (const format of [SHARD_INDEX, ...MODEL_FORMATS]) if (await format.match(head, source)) return format;
  return undefined;
}

/** The source with its first bytes at hand: every reader asks for them again, which may be a journey over the network. */
function withHead(source: ByteSource, head: Uint8Array): ByteSource {
  return {
    ...source,
    read: async (start, end) => (end <= head.length ? head.slice(start, end) : source.read(start, end)),
  };
}

/** First bytes for a message: as text where they print, else in hexadecimal. */
function describeBytes(bytes: Uint8Array): string {
  // Ends of lines and tabs are shown as JSON writes them.
  const printable =
    bytes.length > 0 && bytes.every((b) => (b >= 0x20 && b < 0x7f) || b === 0x0a || b === 0x0d || b === 0x09);
  if (printable) return JSON.stringify(String.fromCharCode(...bytes));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join(' ');
}
