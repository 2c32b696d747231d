import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VERSION } from '#src/base/version.ts';
import { python } from '../support/python.ts';
import { CLI, runCli } from '../support/run-cli.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const samples = join(root, 'samples');
const notebooks = join(root, 'examples/notebooks');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'semblance-python-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs Python beside the built command line. */
function runPython(args: readonly string[], cwd: string, more: NodeJS.ProcessEnv = {}) {
  return spawnSync(python!.command, args, {
    cwd,
    encoding: 'utf8',
    env: {
      ...process.env,
      PYTHONDONTWRITEBYTECODE: '1',
      OMP_NUM_THREADS: '1',
      SEMBLANCE: `${process.execPath} ${CLI}`,
      TMPDIR: folder,
      ...more,
    },
    timeout: 240_000,
  });
}

describe('the Python package', () => {
  it('has the version of this package and needs NumPy alone', () => {
    const project = readFileSync(join(root, 'integrations/python/pyproject.toml'), 'utf8');
    expect(project).toContain('\ndependencies = ["numpy"]\n');
    const init = readFileSync(join(root, 'integrations/python/semblance_vision/__init__.py'), 'utf8');
    expect(init).toContain(`\n__version__ = "${VERSION}"\n`);
  });

  it.skipIf(!python)('is imported without loading PyTorch, pandas or a module that nobody asked for', () => {
    const code =
      'import sys, semblance_vision as sv; sv.read_study; print(sorted(m for m in sys.modules if m in ("torch", "pandas") or m.startswith("semblance_vision.")))';
    const { stdout, stderr } = runPython(['-c', code], join(root, 'integrations/python'));
    expect(stderr).toBe('');
    expect(stdout.trim()).toBe("['semblance_vision.study', 'semblance_vision.tables']");
  });

  it.skipIf(!python)('passes its own tests', { timeout: 300_000 }, async () => {
    const study = join(folder, 'study');
    const networks = ['cnn/epoch-0040', 'CNN', 'vit/epoch-0032', 'ViT'];
    const models = [0, 2].flatMap((i) => [
      join(samples, `tiny-imagenet-${networks[i]}.safetensors`),
      '--name',
      networks[i + 1]!,
    ]);
    for (const args of [
      ['classes', ...models],
      ['training', join(samples, 'tiny-imagenet-vit-bad')],
    ])
      expect(await runCli([...args, '--out', study, '-q'])).toMatchObject({ code: 0 });
    const { stderr } = runPython(['-m', 'unittest', 'test_package'], join(root, 'test/integrations'), { STUDY: study });
    expect(stderr).toMatch(/Ran [1-9]\d* tests? in [\s\S]*\nOK/);
  });
});

describe('the notebooks', () => {
  const names = readdirSync(notebooks).filter((name) => name.endsWith('.ipynb'));

  it('are three, without outputs', () => {
    expect(names).toHaveLength(3);
    for (const name of names)
      for (const cell of JSON.parse(readFileSync(join(notebooks, name), 'utf8')).cells)
        if (cell.cell_type === 'code') expect(cell.outputs).toEqual([]);
  });

  // IPython is not needed: its display class is stood in for, and each cell runs in order in one namespace.
  it.skipIf(!python).each(names)('%s runs from its first cell to its last', { timeout: 300_000 }, (name) => {
    const code = `
import json, sys, types
try:
    import IPython.display
except ImportError:
    display = types.ModuleType("IPython.display")
    display.HTML = lambda data: data
    sys.modules["IPython"] = types.ModuleType("IPython")
    sys.modules["IPython.display"] = display
space = {"__name__": "__main__"}
for cell in json.load(open(sys.argv[1], encoding="utf-8"))["cells"]:
    if cell["cell_type"] == "code":
        exec(compile("".join(cell["source"]), sys.argv[1], "exec"), space)
shown = space["study"].show()
print("frame of", len(shown if isinstance(shown, str) else shown.data))
`;
    const { status, stdout, stderr } = runPython(['-W', 'ignore', '-c', code, join(notebooks, name)], notebooks);
    expect(status, stderr).toBe(0);
    expect(Number(/frame of (\d+)/.exec(stdout)![1])).toBeGreaterThan(500_000);
  });
});
