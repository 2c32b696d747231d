import { UnsupportedError } from '../base/errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { ExternalData } from './external-data.ts';

/** What is used of onnxruntime-node, onnxruntime-web and their like: all have this shape. */
export interface OnnxRuntime {
  InferenceSession: {
    create(model: Uint8Array, options?: Record<string, unknown>): Promise<OnnxSession>;
  };
  Tensor: new (type: 'float32' | 'uint8', data: Float32Array | Uint8Array, dims: readonly number[]) => unknown;
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

/** The one image input of a model. */
export interface ModelInput {
  name: string;
  type: 'float32' | 'uint8';
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
 * @throws UnsupportedError if the runtime refuses the model, or the model has not exactly one image input of float32 or
 * uint8.
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
      const values = input.type === 'uint8' ? Uint8Array.from(data, Math.round) : copyOffSharedMemory(data);
      const results = await session.run({ [input.name]: new runtime.Tensor(input.type, values, shape) }, outputs);
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
  const type = metadata?.type ?? 'float32';
  if (type !== 'float32' && type !== 'uint8')
    throw new UnsupportedError(`${modelName}: input ${name} is ${type}; float32 and uint8 are supported.`);
  const shape = metadata?.shape?.map((size) => (typeof size === 'number' && size > 0 ? size : null)) ?? null;
  if (shape && shape.length !== 4)
    throw new UnsupportedError(`${modelName}: input ${name} has ${shape.length} dimensions; an image has 4.`);
  return { name, type, shape };
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
  if (ArrayBuffer.isView(data) && !(data instanceof DataView))
    return { shape, data: Float64Array.from(data as unknown as ArrayLike<number>, Number) };
  throw new UnsupportedError(`${what} is of type ${type}; numbers were expected.`);
}
