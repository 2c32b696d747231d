/** Which implementation ran: WebAssembly with SIMD, or its plain TypeScript twin. */
export type KernelTier = 'simd' | 'plain';

/** What every function with a kernel takes beside its data. */
export interface KernelOptions {
  /**
   * "plain" asks for the TypeScript twin, for instance to have the same bytes on every machine; "simd", the default,
   * takes the twin only where SIMD is missing.
   */
  tier?: KernelTier;
}

/** A kernel ready to be called on `buffer`; data may lie from byte `base` on, a multiple of 16. */
export interface OpenKernel<E> {
  exports: E;
  buffer: ArrayBuffer;
  base: number;
}

/** A compiled-on-demand WebAssembly module with its own memory. */
export interface WasmKernel<E> {
  /**
   * The kernel with at least `bytes` of memory behind `base`, or undefined where the twin has to do the work: asked for,
   * no SIMD, or more memory than a kernel may take. The buffer is valid until the next call of `open`.
   */
  open(bytes: number, options?: KernelOptions): OpenKernel<E> | undefined;
}

const PAGE = 65_536;
/** A kernel beyond this hands the work to its twin, which needs no second copy of the data. */
const MAX_KERNEL_BYTES = 2 ** 30;
/** Memory of an instance never shrinks, so one that grew beyond this is left to the garbage collector. */
const KEPT_BYTES = 2 ** 27;

/** Seven bytes of code that are valid only where SIMD is: (func (result v128) i32.const 0 i8x16.splat). */
const SIMD_PROBE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11],
);

let tier: KernelTier | undefined;

/** The best tier of this machine; results carry it. */
export function kernelTier(options: KernelOptions = {}): KernelTier {
  if (options.tier === 'plain') return 'plain';
  tier ??= canCompile() ? 'simd' : 'plain';
  return tier;
}

/** SIMD is there and a page's security policy lets WebAssembly be compiled. */
function canCompile(): boolean {
  try {
    return new WebAssembly.Module(SIMD_PROBE) instanceof WebAssembly.Module;
  } catch {
    return false;
  }
}

/**
 * A kernel from the base64 text that `scripts/build-kernels.mjs` generates. The module must export its `memory` and a
 * function `heapBase`. Compiled at the first `open`, synchronously: kernels are a few kilobytes each.
 */
export function wasmKernel<E>(base64: string): WasmKernel<E> {
  interface Exports {
    memory: WebAssembly.Memory;
    heapBase(): number;
  }
  let module: WebAssembly.Module | undefined;
  let exports: (E & Exports) | undefined;
  return {
    open(bytes, options) {
      if (bytes > MAX_KERNEL_BYTES || kernelTier(options) === 'plain') return undefined;
      try {
        module ??= new WebAssembly.Module(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)));
        if (!exports || exports.memory.buffer.byteLength > KEPT_BYTES)
          exports = new WebAssembly.Instance(module, {}).exports as E & Exports;
        const { memory } = exports;
        const base = alignUp(exports.heapBase());
        const missing = base + bytes - memory.buffer.byteLength;
        if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
        return { exports, buffer: memory.buffer, base };
      } catch (error) {
        // An older browser refuses to compile on its main thread, a full machine to grow: the twin still works.
        if (error instanceof RangeError || error instanceof WebAssembly.CompileError) return undefined;
        throw error;
      }
    },
  };
}

/** Hands out 16-byte aligned stretches of a kernel's memory, as offsets from its base, one after another. */
export function kernelLayout(): { take(bytes: number): number; end(): number } {
  let next = 0;
  return {
    take(bytes) {
      const address = next;
      next = alignUp(next + bytes);
      return address;
    },
    end: () => next,
  };
}

function alignUp(address: number): number {
  return Math.ceil(address / 16) * 16;
}
