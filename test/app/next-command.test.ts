import { beforeAll, describe, expect, it } from 'vitest';
import type { StudyManifest } from '#src/study/manifest.ts';
import { memoryStore } from '#src/study/store.ts';
import { nextCommand } from '../../app/src/shell/next-command.ts';
import { instruments } from '../../app/src/shell/registry.ts';
import { writeSampleStudy } from '../support/sample-study.ts';

const named = (id: string) => instruments.find((instrument) => instrument.id === id)!;
let manifest: StudyManifest;
beforeAll(async () => {
  manifest = await writeSampleStudy(memoryStore(), { models: ['alpha', 'beta'] });
});

/** The sample study as if these files had been analysed by this command. */
function study(files: readonly string[], command: string): StudyManifest {
  const classes = manifest.instruments.classes!;
  const models = files.map((file, i) => ({ ...classes.models[i]!, file }));
  return { ...manifest, instruments: { classes: { ...classes, command, models } } };
}

describe('the next command', () => {
  it("has the study's own models and pictures in it, as they were typed", () => {
    const both = study(
      ['a.onnx', 'b c.onnx'],
      "semblance classes runs/a.onnx 'my models/b c.onnx' --images photos/val -q",
    );
    expect(nextCommand(named('concepts'), both)).toEqual({
      command: "semblance concepts runs/a.onnx 'my models/b c.onnx' --images photos/val",
      notes: [],
    });
    expect(nextCommand(named('representations'), both)!.command).toBe(
      "semblance representations runs/a.onnx 'my models/b c.onnx' --images photos/val",
    );
  });

  it('says of weights that cannot be run what to do', () => {
    const weights = study(['a.pth', 'b.onnx'], 'semblance classes a.pth b.onnx');
    const { command, notes } = nextCommand(named('concepts'), weights)!;
    expect(command).toBe('semblance concepts b.onnx MODEL_B.onnx --images FOLDER');
    expect(notes[0]).toMatch(/^a\.pth: this instrument has to run the model/);
    expect(nextCommand(named('representations'), weights)!.command).toBe(
      'semblance representations b.onnx --images FOLDER',
    );
  });

  it('keeps to what every study can be asked where nothing is known', () => {
    expect(nextCommand(named('training'), manifest)).toEqual({ command: 'semblance training RUN', notes: [] });
    expect(nextCommand(named('representations'), study([], 'semblance demo'))!.command).toBe(
      'semblance representations MODEL.onnx --images FOLDER',
    );
  });
});
