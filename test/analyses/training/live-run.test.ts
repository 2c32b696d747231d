import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { analyseTraining } from '#src/analyses/training/analyse-training.ts';
import { SourceError } from '#src/base/errors.ts';
import type { TrainingCurves } from '#src/measures/training/curves.ts';
import { diskRunFolder } from '#src/runs/disk-run-folder.ts';
import { settledRunFolder } from '#src/runs/run-watch.ts';
import { readStudyJson } from '#src/study/read-study.ts';
import { memoryStore } from '#src/study/store.ts';
import { python } from '../../support/python.ts';

const example = fileURLToPath(new URL('../../../examples/training/pytorch_example.py', import.meta.url));

describe.skipIf(!python?.hasTorch)('a network that PyTorch trains meanwhile', () => {
  it('is followed epoch by epoch, each measured once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'semblance-live-'));
    try {
      const child = spawn(python!.command, [example, folder, '--epochs', '3', '--images', '800'], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', OMP_NUM_THREADS: '1' },
      });
      let exit: number | null | undefined;
      child.on('exit', (code) => {
        exit = code;
      });
      const input = { folder: settledRunFolder(diskRunFolder(folder)), fileKeys: new Map<string, string>() };
      const store = memoryStore();
      const grown: number[] = [];
      let computed = 0;
      const look = async () => {
        try {
          const result = await analyseTraining([input], {}, store);
          const [run] = result.manifest.instruments.training!.runs;
          expect(run!.problems).toEqual([]);
          if (result.computed > 0) grown.push(run!.epochs.length);
          computed += result.computed;
        } catch (error) {
          // Before the first epoch has settled there is nothing to see.
          if (!(error instanceof SourceError)) throw error;
        }
      };
      while (exit === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        await look();
      }
      expect(exit).toBe(0);
      await look();
      await look();
      expect(computed).toBe(4);
      expect(grown.at(-1)).toBe(4);
      expect(grown.length).toBeGreaterThan(1);
      const { manifest } = await analyseTraining([input], {}, store);
      const [run] = manifest.instruments.training!.runs;
      expect(run!.epochs).toEqual([0, 1, 2, 3]);
      const { values } = await readStudyJson<TrainingCurves>(store, manifest, run!.curves);
      expect(values.accuracy).toHaveLength(4);
      expect(values['sai.ncsm_tncsm_test']!.every((value) => typeof value === 'number')).toBe(true);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 300_000);
});
