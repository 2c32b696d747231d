import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { analyseTraining, memoryStore, readStudyJson, type TrainingCurves } from 'semblance';
import { diskRunFolder } from 'semblance/node';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

const hasTensorFlow = ['core', 'layers', 'backend-cpu'].every((part) => isInstalled(`@tensorflow/tfjs-${part}`));
if (!hasTensorFlow) console.warn('SKIPPING the test of the TensorFlow.js example: it is not installed.');

describe.skipIf(!hasTensorFlow)('the TensorFlow.js example', () => {
  it('trains a network and logs every epoch of it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'semblance-tfjs-'));
    try {
      execFileSync(process.execPath, [join(root, 'examples/tfjs-training.mjs'), folder, '3'], { stdio: 'pipe' });
      const store = memoryStore();
      const { manifest } = await analyseTraining([{ folder: diskRunFolder(folder) }], {}, store);
      const [run] = manifest.instruments.training!.runs;
      expect(run).toMatchObject({ epochs: [0, 1, 2, 3], problems: [] });
      const { values } = await readStudyJson<TrainingCurves>(store, manifest, run!.curves);
      expect(values.accuracy![3]!).toBeGreaterThan(values.accuracy![0]! + 0.2);
      expect(values['sai.ncsm_tncsm_test']!.every((value) => typeof value === 'number')).toBe(true);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 300_000);
});
