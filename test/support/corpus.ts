import { existsSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { SemblanceError } from '#src/base/errors.ts';
import type { ModelFile } from '#src/model-files/model-file.ts';
import { openModel } from '#src/model-files/open-model.ts';

/**
 * One file of the corpus: its bytes and how opening it must end. A good file names the check of the opened model; a
 * hostile one names the class of its error and the whole message. A case is opened with `openModel` and then every
 * tensor of it is read, so an error that waits until the data is asked for counts as well.
 *
 *     corpus('safetensors', [
 *       { name: 'two tensors', bytes: good, check: (model) => expect(model.tensors.size).toBe(2) },
 *       { name: 'header past the end', bytes: lying, error: FormatError, message: 'x.safetensors: …' },
 *     ], { file: 'x.safetensors' });
 *
 * `cutCases(good, 16, expected)` makes the cases of a file cut at every sixteenth, `fuzzReader` the random ones.
 */
export type CorpusCase = CorpusFile & (CorpusSuccess | CorpusFailure);

interface CorpusFile {
  readonly name: string;
  /** Made when the test runs where a function is given, so that large files cost nothing at collection. */
  readonly bytes: Uint8Array | (() => Uint8Array);
  /** The file's name in messages; the corpus's own where absent. */
  readonly file?: string;
  /** Files beside it: shards, external data, config.json. */
  readonly siblings?: Readonly<Record<string, Uint8Array>>;
}

interface CorpusSuccess {
  readonly check: (model: ModelFile) => void | Promise<void>;
}

interface CorpusFailure {
  readonly error: new (...args: never[]) => SemblanceError;
  /** The whole message; a pattern only where it holds something that no test can know. */
  readonly message: string | RegExp;
  readonly hint?: string | RegExp;
}

export interface CorpusOptions {
  /** The name under which the bytes are opened. */
  readonly file: string;
}

/** No case may raise the process's peak memory by more than this many bytes … */
const MEMORY_LIMIT = 200 * 2 ** 20;
/** … or compute for longer than this, in seconds of the processor, which other work on the machine does not lengthen. */
const CPU_LIMIT = 2;
/** Memory in use from which on it is collected before a case, in bytes. */
const WORTH_COLLECTING = 64 * 2 ** 20;
/** What counts as hanging, in milliseconds of the clock. */
const TIMEOUT = 20_000;

/** Declares one test for each case, and one that the whole corpus stayed within the memory limit. */
export function corpus(title: string, cases: readonly CorpusCase[], options: CorpusOptions): void {
  describe(title, () => {
    let before = 0;
    beforeAll(() => {
      before = peakMemory();
    });
    beforeEach(collectGarbage);
    afterAll(() => {
      const grown = peakMemory() - before;
      expect(grown, `peak memory grew by ${Math.round(grown / 2 ** 20)} MB`).toBeLessThan(MEMORY_LIMIT);
    });
    for (const one of cases)
      it(one.name, { timeout: TIMEOUT }, async () => {
        const bytes = typeof one.bytes === 'function' ? one.bytes() : one.bytes;
        const started = process.cpuUsage();
        const { model, error } = await openAndReadAll(one.file ?? options.file, bytes, one.siblings).then(
          (model) => ({ model, error: undefined }),
          (error: unknown) => ({ model: undefined, error }),
        );
        expect(secondsSince(started), 'seconds of the processor').toBeLessThan(CPU_LIMIT);
        if ('check' in one) {
          if (!model) throw error;
          return one.check(model);
        }
        expect(error, 'the file was read without an error').toBeDefined();
        if (!(error instanceof SemblanceError)) throw error;
        if (typeof one.message === 'string') expect(error.message).toBe(one.message);
        else expect(error.message).toMatch(one.message);
        expect(error.constructor).toBe(one.error);
        if (typeof one.hint === 'string') expect(error.hint).toBe(one.hint);
        else if (one.hint) expect(error.hint).toMatch(one.hint);
      });
  });
}

/** Opens the bytes as a user would and reads every tensor; the opened model, or the error of the first step. */
export async function openAndReadAll(
  file: string,
  bytes: Uint8Array,
  siblings: Readonly<Record<string, Uint8Array>> = {},
): Promise<ModelFile> {
  const model = await openModel(memorySource(file, bytes, new Map(Object.entries(siblings))));
  for (const tensor of model.tensors.values()) await tensor.read();
  return model;
}

/**
 * The cases of `good` cut at 0, 1/parts … (parts−1)/parts of its length. `expected` has the outcome of each cut, in
 * order; the last one given stands for all further cuts.
 */
export function cutCases(good: Uint8Array, parts: number, expected: readonly CorpusFailure[]): CorpusCase[] {
  return Array.from({ length: parts }, (_, i) => ({
    name: `cut at ${i}/${parts}`,
    bytes: good.subarray(0, Math.floor((good.length * i) / parts)),
    ...expected[Math.min(i, expected.length - 1)]!,
  }));
}

/**
 * Fuzzes a reader with `good` files of which some bytes are changed and the end may be cut off, and with random bytes behind
 * `magic`, which make the reader claim them. Each must open or end in a SemblanceError; anything else fails the test
 * with the bytes that did it.
 */
export function fuzzReader(
  file: string,
  good: readonly Uint8Array[],
  magic: Uint8Array = new Uint8Array(),
  numRuns = 300,
): void {
  const mutated = fc
    .tuple(
      fc.constantFrom(...good),
      fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 255 })), {
        minLength: 1,
        maxLength: 8,
      }),
      fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined, freq: 3 }),
    )
    .map(([bytes, changes, cut]) => {
      const copy = bytes.slice(0, cut === undefined ? bytes.length : Math.floor(cut * bytes.length));
      for (const [where, value] of changes) copy[Math.floor(where * (copy.length - 1))] = value;
      return copy;
    });
  const random = fc
    .uint8Array({ maxLength: 512 })
    .map((tail) => Uint8Array.from([...magic, ...tail]))
    .filter((bytes) => bytes.length > 0);
  const survives = async (bytes: Uint8Array) => {
    try {
      await openAndReadAll(file, bytes);
    } catch (error) {
      if (!(error instanceof SemblanceError)) throw error;
    }
  };
  describe(`${file} under fuzzing`, () => {
    it('survives mutated good files', () => fc.assert(fc.asyncProperty(mutated, survives), { numRuns }));
    it('survives random bytes', () => fc.assert(fc.asyncProperty(random, survives), { numRuns }));
  });
}

/** Peak resident memory of this process in bytes. Linux's VmHWM starts anew with the process, which maxRSS does not. */
function peakMemory(): number {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  const kilobytes = /VmHWM:\s+(\d+)/.exec(status)?.[1];
  return (kilobytes === undefined ? process.resourceUsage().maxRSS : Number(kilobytes)) * 1024;
}

function secondsSince(started: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1e6;
}

/** So that one case's garbage is not counted as the next one's memory. */
function collectGarbage(): void {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  if (heapUsed + arrayBuffers < WORTH_COLLECTING) return;
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
