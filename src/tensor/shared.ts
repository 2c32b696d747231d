/**
 * The values on memory that worker threads share, copied unless they already are. Where there is no shared memory (a page
 * opened from a file, a server without isolation headers) the array itself.
 */
export function toShared<A extends Float32Array | Float64Array>(values: A): A {
  if (typeof SharedArrayBuffer === 'undefined' || values.buffer instanceof SharedArrayBuffer) return values;
  const shared = new (values.constructor as new (buffer: SharedArrayBuffer) => A)(
    new SharedArrayBuffer(values.byteLength),
  );
  shared.set(values);
  return shared;
}
