import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { sha256Hex } from '#src/base/sha256.ts';

afterEach(() => vi.unstubAllGlobals());

describe('sha256Hex', () => {
  for (const secure of [true, false])
    it(secure ? 'digests as Node does' : 'digests the same where the page was not served securely', async () => {
      if (!secure) vi.stubGlobal('crypto', {});
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
          expect(await sha256Hex(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
        }),
      );
    });
});
