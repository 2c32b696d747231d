import { checkLimit } from '../../base/bytes/read-range.ts';
import { LimitError, UnsupportedError } from '../../base/errors.ts';
import { NEEDS_MORE_BYTES, type PickleBytes, parseDecimal, pickleBytes } from './pickle-bytes.ts';
import { COST, PICKLE_LIMITS } from './pickle-limits.ts';
import { createMachine } from './pickle-machine.ts';
import { unescapeString, unescapeUnicode } from './pickle-text.ts';
import type { PickleValue } from './pickle-values.ts';

export interface PickleOptions {
  /** The file's name, for messages. */
  readonly file: string;
  /** False when the file goes on behind `bytes`. */
  readonly complete: boolean;
  /** What a persistent id stands for: in PyTorch's files, a storage. */
  persistentLoad(id: PickleValue): PickleValue;
}

export interface PickleResult {
  readonly value: PickleValue;
  /** Bytes that the pickle took. */
  readonly end: number;
  /** Classes and functions that it names and that are not known; what they made is data without behaviour. */
  readonly unknown: ReadonlySet<string>;
}

/**
 * Runs a pickle, protocols 0 to 5, as a machine that can only build data: it looks nothing up in any language's
 * library, and stops at the first name that only a pickle made to run something has (`refused-globals.ts`). Opcodes,
 * memory, stack and integer sizes are bounded. Undefined when the bytes end before the pickle while the file goes on.
 * @throws UnsupportedError for a refused name; FormatError, LimitError for broken and excessive pickles.
 */
export function runPickle(bytes: Uint8Array, options: PickleOptions): PickleResult | undefined {
  const { file } = options;
  checkLimit(file, 'the size of the pickle', bytes.length, PICKLE_LIMITS.bytes);
  try {
    return run(pickleBytes(file, bytes, options.complete), options);
  } catch (error) {
    if (error === NEEDS_MORE_BYTES) return undefined;
    throw error;
  }
}

function run(input: PickleBytes, { file, persistentLoad }: PickleOptions): PickleResult {
  const m = createMachine(file, input);
  for (let count = 0; ; count++) {
    if (count >= PICKLE_LIMITS.opcodes)
      throw new LimitError(`${file}: the pickle has more than ${PICKLE_LIMITS.opcodes} opcodes.`);
    const opcode = input.u8();
    switch (opcode) {
      case 0x80: {
        const protocol = input.u8();
        if (protocol > 5) throw new UnsupportedError(`${file}: pickle protocol ${protocol} is not read; 0 to 5 are.`);
        break;
      }
      case 0x95: // FRAME
        input.length64('a frame');
        break;
      case 0x2e: // STOP
        return { value: m.pop(), end: input.position(), unknown: m.unknown };

      // The stack and the memo.
      case 0x28: // MARK
        m.mark();
        break;
      case 0x30: // POP
        m.discard();
        break;
      case 0x31: // POP_MARK
        m.popMark();
        break;
      case 0x32: // DUP
        m.push(m.top(), COST.item);
        break;
      case 0x70: // PUT
        m.put(m.lineNumber('a memo index'));
        break;
      case 0x71: // BINPUT
        m.put(input.u8());
        break;
      case 0x72: // LONG_BINPUT
        m.put(input.u32());
        break;
      case 0x94: // MEMOIZE
        m.memoize();
        break;
      case 0x67: // GET
        m.get(m.lineNumber('a memo index'));
        break;
      case 0x68: // BINGET
        m.get(input.u8());
        break;
      case 0x6a: // LONG_BINGET
        m.get(input.u32());
        break;

      // Numbers and constants.
      case 0x4e: // NONE
        m.push(null, COST.item);
        break;
      case 0x88: // NEWTRUE
        m.push(true, COST.item);
        break;
      case 0x89: // NEWFALSE
        m.push(false, COST.item);
        break;
      case 0x4b: // BININT1
        m.push(input.u8(), COST.item);
        break;
      case 0x4d: // BININT2
        m.push(input.u16(), COST.item);
        break;
      case 0x4a: // BININT
        m.push(input.i32(), COST.number);
        break;
      case 0x47: // BINFLOAT
        m.push(input.f64(), COST.number);
        break;
      case 0x8a: // LONG1
        m.integer(input.u8());
        break;
      case 0x8b: // LONG4
        m.integer(input.u32());
        break;
      case 0x49: // INT, where 00 and 01 are False and True
      case 0x4c: {
        // LONG
        const line = input.line();
        const value = line === '00' ? false : line === '01' ? true : parseDecimal(line);
        if (value === undefined) throw m.broken('an integer is not a number');
        m.push(value, COST.number);
        break;
      }
      case 0x46: {
        // FLOAT
        const line = input.line().trim();
        const value = /^[+-]?inf$/.test(line) ? Number(line.replace('inf', 'Infinity')) : Number(line);
        if (line === '' || (Number.isNaN(value) && line !== 'nan')) throw m.broken('a float is not a number');
        m.push(value, COST.number);
        break;
      }

      // Text and bytes.
      case 0x8c: // SHORT_BINUNICODE
        m.text(input.u8());
        break;
      case 0x58: // BINUNICODE
        m.text(input.u32());
        break;
      case 0x8d: // BINUNICODE8
        m.text(input.length64('a text'));
        break;
      case 0x56: {
        // UNICODE, with escapes for what is not Latin-1
        const line = input.latin1Line();
        m.push(unescapeUnicode(line), COST.string + 2 * line.length);
        break;
      }
      case 0x55: // SHORT_BINSTRING
        m.oldText(input.u8());
        break;
      case 0x54: // BINSTRING
        m.oldText(input.u32());
        break;
      case 0x53: {
        // STRING
        const line = input.latin1Line().trim();
        if (!/^(['"]).*\1$/s.test(line)) throw m.broken('a string is not in quotes');
        m.push(unescapeString(line.slice(1, -1)), COST.string + 2 * line.length);
        break;
      }
      case 0x43: // SHORT_BINBYTES
        m.push(input.take(input.u8()), COST.bytes);
        break;
      case 0x42: // BINBYTES
        m.push(input.take(input.u32()), COST.bytes);
        break;
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        m.push(input.take(input.length64('a byte string')), COST.bytes);
        break;

      // Containers; sets are kept as lists.
      case 0x5d: // EMPTY_LIST
      case 0x8f: // EMPTY_SET
        m.push([], COST.list);
        break;
      case 0x29: // EMPTY_TUPLE
        m.push([], COST.tuple);
        break;
      case 0x7d: // EMPTY_DICT
        m.push(new Map(), COST.dict);
        break;
      case 0x85: // TUPLE1
        m.popTuple(1);
        break;
      case 0x86: // TUPLE2
        m.popTuple(2);
        break;
      case 0x87: // TUPLE3
        m.popTuple(3);
        break;
      case 0x74: // TUPLE
      case 0x6c: // LIST
      case 0x91: {
        // FROZENSET
        const items = m.popMark();
        m.push(items, COST.tuple + items.length * COST.item);
        break;
      }
      case 0x64: {
        // DICT
        const items = m.popMark();
        m.push(new Map(), COST.dict);
        m.setItems(m.top(), items);
        break;
      }
      case 0x61: {
        // APPEND
        const item = m.pop();
        m.append(m.top(), [item]);
        break;
      }
      case 0x65: // APPENDS
      case 0x90: {
        // ADDITEMS
        const items = m.popMark();
        m.append(m.top(), items);
        break;
      }
      case 0x73: {
        // SETITEM
        const value = m.pop();
        const key = m.pop();
        m.setItems(m.top(), [key, value]);
        break;
      }
      case 0x75: {
        // SETITEMS
        const items = m.popMark();
        m.setItems(m.top(), items);
        break;
      }

      // Names of the allow-list and what is made with them.
      case 0x63: {
        // GLOBAL
        const module = input.line();
        m.push(m.global(module, input.line()), 0);
        break;
      }
      case 0x93: {
        // STACK_GLOBAL
        const name = m.pop();
        m.push(m.global(m.pop(), name), 0);
        break;
      }
      case 0x52: // REDUCE
      case 0x81: {
        // NEWOBJ
        const args = m.pop();
        m.push(m.call(m.pop(), args), 0);
        break;
      }
      case 0x92: {
        // NEWOBJ_EX
        m.pop();
        const args = m.pop();
        m.push(m.call(m.pop(), args), 0);
        break;
      }
      case 0x69: {
        // INST
        const module = input.line();
        const callee = m.global(module, input.line());
        m.push(m.call(callee, m.popMark()), 0);
        break;
      }
      case 0x6f: {
        // OBJ
        const [callee, ...args] = m.popMark();
        m.push(m.call(callee ?? null, args), 0);
        break;
      }
      case 0x62: {
        // BUILD
        const state = m.pop();
        m.build(m.top(), state);
        break;
      }
      case 0x51: // BINPERSID
        m.push(persistentLoad(m.pop()), COST.record);
        break;

      case 0x50: // PERSID
      case 0x82: // EXT1
      case 0x83: // EXT2
      case 0x84: // EXT4
      case 0x97: // NEXT_BUFFER
      case 0x98: // READONLY_BUFFER
        throw new UnsupportedError(
          `${file}: the pickle refers to something outside itself (opcode 0x${opcode.toString(16)}), which is not read.`,
        );
      default:
        throw m.broken(`0x${opcode.toString(16).padStart(2, '0')} is no opcode`);
    }
  }
}
