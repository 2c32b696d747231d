import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError, LimitError } from '../../base/errors.ts';
import { resolveGlobal } from './allowed-globals.ts';
import { setArrayState, setDtypeState } from './numpy-globals.ts';
import { decodeLatin1, decodeLong, decodeUtf8, type PickleBytes, parseDecimal } from './pickle-bytes.ts';
import { COST, PICKLE_LIMITS } from './pickle-limits.ts';
import { type CallContext, isRecord, type PickleDict, type PickleObject, type PickleValue } from './pickle-values.ts';

/**
 * The stack, marks and memo of a running pickle, and the steps that its opcodes are made of. Every value made is
 * counted against PICKLE_LIMITS.memory, and nothing is taken from below the last mark.
 */
export type PickleMachine = ReturnType<typeof createMachine>;

export function createMachine(file: string, input: PickleBytes) {
  const stack: PickleValue[] = [];
  const marks: number[] = [];
  /** Pickles count memo entries up from 0; an index beyond the next goes to the map, so that none makes room for others. */
  const memo: PickleValue[] = [];
  const sparseMemo = new Map<number, PickleValue>();
  /** The height of the last mark: nothing below it may be taken. */
  let floor = 0;
  let allowance: number = PICKLE_LIMITS.memory;

  const broken = (what: string): FormatError =>
    new FormatError(`${file}: the pickle is broken at its byte ${input.position()}: ${what}.`);
  const charge = (cost: number): void => {
    allowance -= cost;
    if (allowance < 0)
      throw new LimitError(`${file}: the pickle's values need more than ${PICKLE_LIMITS.memory} bytes of memory.`);
  };
  const unknown = new Set<string>();
  const context: CallContext = { file, charge, depth: 0, unknown: (name) => unknown.add(name) };

  const push = (value: PickleValue, cost: number): void => {
    charge(cost);
    stack.push(value);
  };
  const pop = (): PickleValue => {
    if (stack.length <= floor) throw broken('it takes from an empty stack');
    return stack.pop()!;
  };
  const top = (): PickleValue => {
    if (stack.length <= floor) throw broken('it looks at an empty stack');
    return stack[stack.length - 1]!;
  };
  const popMark = (): PickleValue[] => {
    const mark = marks.pop();
    if (mark === undefined) throw broken('there is no mark on the stack');
    floor = marks.length === 0 ? 0 : marks[marks.length - 1]!;
    return stack.splice(mark);
  };
  const popTuple = (n: number): void => {
    if (stack.length - n < floor) throw broken('it takes from an empty stack');
    push(stack.splice(stack.length - n), COST.tuple + n * COST.item);
  };
  const put = (index: number): void => {
    charge(COST.memo);
    if (index < memo.length) memo[index] = top();
    else if (index === memo.length) memo.push(top());
    else sparseMemo.set(index, top());
  };
  const get = (index: number): void => {
    const value = index < memo.length ? memo[index] : sparseMemo.get(index);
    if (value === undefined) throw broken(`its memo has no entry ${index}`);
    push(value, COST.item);
  };
  const lineNumber = (what: string): number => {
    const value = parseDecimal(input.line());
    if (typeof value !== 'number' || value < 0) throw broken(`${what} is no count`);
    return value;
  };
  const text = (length: number): void => push(decodeUtf8(input.take(length)), COST.string + 2 * length);
  const oldText = (length: number): void => push(decodeLatin1(input.take(length)), COST.string + 2 * length);
  const integer = (length: number): void => {
    checkLimit(file, 'the length of an integer in the pickle', length, PICKLE_LIMITS.integerBytes);
    push(decodeLong(input.take(length)), COST.number + length);
  };
  const append = (list: PickleValue, items: readonly PickleValue[]): void => {
    charge(COST.item * items.length);
    if (isObject(list)) {
      const own = itemsOf(list);
      for (const item of items) own.set(own.size, item);
      return;
    }
    if (!Array.isArray(list)) throw broken('it appends to something that is not a list');
    for (const item of items) list.push(item);
  };
  const setItems = (dict: PickleValue, items: readonly PickleValue[]): void => {
    const target = isObject(dict) ? itemsOf(dict) : dict;
    if (!(target instanceof Map)) throw broken('it sets items of something that is no dict');
    if (items.length % 2 !== 0) throw broken('a dict has a key without a value');
    charge(COST.pair * (items.length / 2));
    for (let i = 0; i < items.length; i += 2) target.set(items[i]!, items[i + 1]!);
  };
  const global = (module: PickleValue, name: PickleValue): PickleValue => {
    if (typeof module !== 'string' || typeof name !== 'string') throw broken('the name of a global is not text');
    charge(COST.record);
    return resolveGlobal(context, module, name);
  };
  const call = (callee: PickleValue, args: PickleValue): PickleValue => {
    if (!Array.isArray(args)) throw broken('the arguments of a call are no tuple');
    charge(COST.record + COST.item * args.length);
    // What an unknown function would give is as unknown as the function.
    if (isObject(callee)) return { kind: 'object', type: callee.type, state: [callee, ...args] };
    if (!isRecord(callee) || callee.kind !== 'global') throw broken('it calls something that cannot be called');
    return callee.call(args, context);
  };
  const build = (target: PickleValue, state: PickleValue): void => {
    if (!isRecord(target)) return;
    if (target.kind === 'numpy dtype') setDtypeState(target, state, context);
    else if (target.kind === 'numpy array') setArrayState(target, state, context);
    else if (target.kind === 'object') target.state = target.state === null ? state : [target.state, state];
  };

  /** The dict that an object of an unknown class is as well; it is paid for when first used. */
  const itemsOf = (object: PickleObject): PickleDict => {
    if (!object.items) charge(COST.dict);
    object.items ??= new Map();
    return object.items;
  };

  return {
    unknown,
    broken,
    push,
    pop,
    top,
    mark() {
      charge(COST.mark);
      floor = stack.length;
      marks.push(floor);
    },
    popMark,
    discard() {
      if (stack.length === floor) popMark();
      else pop();
    },
    popTuple,
    put,
    memoize: () => put(memo.length + sparseMemo.size),
    get,
    lineNumber,
    text,
    oldText,
    integer,
    append,
    setItems,
    global,
    call,
    build,
  };
}

function isObject(value: PickleValue): value is PickleObject {
  return isRecord(value) && value.kind === 'object';
}
