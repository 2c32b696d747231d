import { UnsupportedError } from '../../base/errors.ts';
import { decodeFloats, numberToHalf } from '../../tensor/dtype.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { ExternalData } from './external-data.ts';

/** What is used of onnxruntime-node, onnxruntime-web and their like: all have this shape. */
export interface OnnxRuntime {
  InferenceSession: {
    create(model: Uint8Array, options?: Record<string, unknown>): Promise<OnnxSession>;
  };
  Tensor: new (
    type: InputType,
    data: Float32Array | Float64Array | Uint16Array | Uint8Array,
    dims: readonly number[],
  ) => unknown;
}

export interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Types and shapes; older runtimes do not have them. */
  readonly inputMetadata?: readonly {
    name: string;
    isTensor?: boolean;
    type?: string;
    shape?: readonly (number | string)[];
  }[];
  run(
    feeds: Record<string, unknown>,
    fetches?: readonly string[],
  ): Promise<Record<string, { type: string; dims: readonly number[]; data: unknown }>>;
  release?(): Promise<void>;
}

/** A runtime together with what it is called in reports. */
export interface NamedRuntime {
  runtime: OnnxRuntime;
  /** Such as "onnxruntime-node 1.30.0". */
  name: string;
}

/** Element types of inputs that pictures can be turned into; `float16` as the bits of half precision. */
export type InputType = (typeof INPUT_TYPES)[number];

const INPUT_TYPES = ['float32', 'float16', 'float64', 'uint8'] as const;

/** The one image input of a model. */
export interface ModelInput {
  name: string;
  type: InputType;
  /** A dimension that the model leaves open is null; so are all where the runtime does not tell. */
  shape: (number | null)[] | null;
}

/** A model ready to run. */
export interface ModelSession {
  runtime: string;
  input: ModelInput;
  outputs: readonly string[];
  /** Runs the model on an input of the given shape and returns the asked-for outputs as floats. */
  run(data: Float32Array, shape: readonly number[], outputs?: readonly string[]): Promise<Map<string, Tensor>>;
  close(): Promise<void>;
}

/**
 * Opens an ONNX model, already tapped if need be, on a runtime.
 *
 * @param options.externalData The files beside the model that hold values of its tensors.
 * @throws UnsupportedError if the runtime refuses the model, or the model has not exactly one input of a type that pictures
 * can be turned into.
 */
export async function openSession(
  { runtime, name }: NamedRuntime,
  model: Uint8Array,
  options: { modelName: string; threads?: number; externalData?: readonly ExternalData[] } = { modelName: 'model' },
): Promise<ModelSession> {
  const session = await create(runtime, model, options);
  const input = imageInput(session, options.modelName);
  return {
    runtime: name,
    input,
    outputs: session.outputNames,
    async run(data, shape, outputs = session.outputNames) {
      const tensor = new runtime.Tensor(input.type, inputValues(data, input.type), shape);
      const results = await fetch(session, { [input.name]: tensor }, outputs, options.modelName);
      const found = new Map<string, Tensor>();
      for (const output of outputs) {
        const result = results[output];
        if (result) found.set(output, toTensor(result, `${options.modelName}: output ${output}`));
      }
      return found;
    },
    async close() {
      await session.release?.();
    },
  };
}

async function create(
  runtime: OnnxRuntime,
  model: Uint8Array,
  { modelName, threads, externalData = [] }: Parameters<typeof openSession>[2] & { modelName: string },
): Promise<OnnxSession> {
  try {
    // Warnings about unused initializers and the like would clutter stderr; errors are thrown anyway.
    return await runtime.InferenceSession.create(model, {
      logSeverityLevel: 3,
      ...(externalData.length > 0 && { externalData }),
      ...(threads !== undefined && { intraOpNumThreads: threads, interOpNumThreads: 1 }),
    });
  } catch (error) {
    throw new UnsupportedError(`${modelName}: the ONNX runtime cannot run this model.`, {
      hint: error instanceof Error ? error.message : String(error),
      cause: error,
    });
  }
}

function imageInput(session: OnnxSession, modelName: string): ModelInput {
  const [name, ...others] = session.inputNames;
  if (name === undefined || others.length > 0)
    throw new UnsupportedError(
      `${modelName} has ${session.inputNames.length} inputs (${session.inputNames.join(', ')}); one image input is supported.`,
    );
  const metadata = session.inputMetadata?.find((entry) => entry.name === name);
  const stated = metadata?.type ?? 'float32';
  const type = INPUT_TYPES.find((one) => one === stated);
  if (!type)
    throw new UnsupportedError(
      `${modelName}: input ${name} is ${stated}; pictures can be turned into ${INPUT_TYPES.join(', ')}.`,
    );
  const shape = metadata?.shape?.map((size) => (typeof size === 'number' && size > 0 ? size : null)) ?? null;
  return { name, type, shape };
}

async function fetch(
  session: OnnxSession,
  feeds: Record<string, unknown>,
  outputs: readonly string[],
  modelName: string,
): ReturnType<OnnxSession['run']> {
  try {
    return await session.run(feeds, outputs);
  } catch (error) {
    throw new UnsupportedError(`${modelName}: the ONNX runtime cannot run this model on pictures.`, {
      hint: error instanceof Error ? error.message : String(error),
      cause: error,
    });
  }
}

/** Pixels are rounded and kept within 0 to 255: an integer input takes them as they are. */
function inputValues(data: Float32Array, type: InputType): Float32Array | Float64Array | Uint16Array | Uint8Array {
  if (type === 'uint8') return new Uint8Array(Uint8ClampedArray.from(data).buffer);
  if (type === 'float16') return Uint16Array.from(data, numberToHalf);
  if (type === 'float64') return Float64Array.from(data);
  return copyOffSharedMemory(data);
}

/** onnxruntime-node refuses memory that threads share. */
function copyOffSharedMemory(data: Float32Array): Float32Array {
  return typeof SharedArrayBuffer !== 'undefined' && data.buffer instanceof SharedArrayBuffer ? data.slice() : data;
}

function toTensor(
  { type, dims, data }: { type: string; dims: readonly number[]; data: unknown },
  what: string,
): Tensor {
  const shape = dims.map(Number);
  if (data instanceof Float32Array || data instanceof Float64Array) return { shape, data };
  if (type === 'float16' && data instanceof Uint16Array)
    return { shape, data: decodeFloats(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 'f16') };
  if (ArrayBuffer.isView(data) && !(data instanceof DataView))
    return { shape, data: Float64Array.from(data as unknown as ArrayLike<number>, Number) };
  throw new UnsupportedError(`${what} is of type ${type}; numbers were expected.`);
}
