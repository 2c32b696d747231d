import type { StudyManifest } from '../../study/manifest.ts';
import { readManifest } from '../../study/read-study.ts';
import { type StudyPlace, type StudyStore, storeAt, whileLocked } from '../../study/store.ts';
import { type InstrumentName, isComplete } from '../../study/write-section.ts';

/** A study with what was asked for, and whether it was already there. */
export interface AnalysedOnce {
  manifest: StudyManifest;
  /** Where it is. */
  store: StudyStore;
  /** True when the store already held this very study and nothing was computed. */
  reused: boolean;
}

/** Does the work of an instrument where its place does not hold the result of these inputs, whole, while nobody else writes there. */
export async function analyseOnce(
  place: StudyPlace,
  instrument: InstrumentName,
  inputs: { hash: string; images: readonly (string | null)[] },
  work: (store: StudyStore) => Promise<StudyManifest>,
): Promise<AnalysedOnce> {
  const store = await storeAt(place, inputs);
  return whileLocked(store, async () => {
    const existing = await readManifest(store).catch(() => undefined);
    if (existing?.instruments[instrument]?.inputsHash === inputs.hash && (await isComplete(store, existing)))
      return { manifest: existing, store, reused: true };
    return { manifest: await work(store), store, reused: false };
  });
}
