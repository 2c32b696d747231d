import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import { caseFile } from '../support/cases.ts';
import { temporaryFolder } from '../support/run-cli.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const bin = fileURLToPath(new URL('../../bin/semblance.js', import.meta.url));
const run = (...args: string[]) =>
  spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });

describe('semblance doctor FILE', () => {
  it('says what a file is, its head, and the next command of each instrument', () => {
    const path = caseFile('formats/pt-prefixes/model_and_ema.pt')!;
    const { stdout, status } = run('doctor', path, '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      command: 'doctor',
      file: 'model_and_ema.pt',
      format: 'PyTorch',
      tensors: 3,
      head: { tensor: 'model.fc.weight', classes: 10, features: 64 },
      instruments: [
        { instrument: 'classes', ready: true, command: `semblance classes ${path} --labels NAMES.txt` },
        { instrument: 'training', ready: false },
        { instrument: 'representations', ready: false },
        { instrument: 'concepts', ready: false },
      ],
    });
  });

  it('says what keeps the head from being found', () => {
    const { stdout, status } = run('doctor', caseFile('formats/onnx-head-forms/two_tasks.onnx')!);
    expect(status).toBe(0);
    expect(stdout).toContain('2 tensors may be the classifier head: W (10×64), W2 (7×64).');
    expect(stdout).toContain('Name the one you mean: --head W or --head W2.');
    expect(stdout).toMatch(/ok {2}representations {2}ready/);
  });

  it('takes a file of features for what it is', () => {
    const path = join(folder.path, 'photo features.npy');
    writeFileSync(path, encodeNpy(new Float32Array(4 * 8 * 3 * 3), [4, 8, 3, 3]));
    const { instruments } = JSON.parse(run('doctor', path, '--json').stdout);
    expect(instruments[2]).toEqual({
      instrument: 'representations',
      ready: true,
      command: `semblance representations '${path}'`,
    });
    expect(instruments[3]).toMatchObject({ ready: false, missing: 'features of a second network' });
  });

  it('names a file that is no model', () => {
    const { stderr, status } = run('doctor', caseFile('formats/unclaimed/model.gguf')!);
    expect(status).toBe(3);
    expect(stderr).toContain('model.gguf: is a GGUF file (llama.cpp).');
  });

  it('takes the averaged weights where they are asked for', () => {
    const path = caseFile('formats/pt-prefixes/model_and_ema.pt')!;
    const { stdout, status } = run('classes', path, '--weights', 'ema', '--json', '--no-open');
    expect(status).toBe(0);
    expect(stdout).toContain('"ema.fc.weight"');
    expect(run('classes', path, '--weights', 'both', '--no-open').status).toBe(2);
  });
});
