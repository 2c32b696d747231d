import * as z from 'zod/mini';
import { IncomparableError } from '../../base/errors.ts';

/** What must agree between whoever gives out work and whoever does it, for results to be equal to the last bit. */
export interface Identity {
  version: string;
  tier: string;
}

const announcementSchema = z.object({
  queue: z.string().check(z.regex(/^semblance-[0-9a-f]{16}$/)),
  version: z.string().check(z.maxLength(40)),
  tier: z.string().check(z.maxLength(40)),
});

/** A study that wants workers, as Redis holds it. */
export type Announcement = z.infer<typeof announcementSchema>;

export const ANNOUNCEMENT_PREFIX = 'semblance:study:';
/** Seconds after which an announcement that nobody renews is forgotten. */
export const ANNOUNCEMENT_SECONDS = 15;

export function readAnnouncement(text: string): Announcement | undefined {
  try {
    return announcementSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** @throws IncomparableError naming both sides where they differ. */
export function requireSameIdentity(work: Identity, own: Identity): void {
  if (work.version === own.version && work.tier === own.tier) return;
  throw new IncomparableError(
    `The study is by Semblance ${work.version} with ${work.tier} kernels; this worker is Semblance ${own.version} with ${own.tier} kernels.`,
    { hint: 'Results would not be equal to the last bit; install the same version on all machines.' },
  );
}
