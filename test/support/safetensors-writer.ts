import { encodeSafetensors } from '#src/formats/safetensors/write-safetensors.ts';

/** A safetensors file of float32 tensors. */
export function writeSafetensors(
  tensors: Record<string, { shape: number[]; data: Float32Array }>,
  metadata: Record<string, string> = {},
): Uint8Array {
  return encodeSafetensors(
    Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, { dtype: 'f32', ...tensor }])),
    metadata,
  );
}
