import { execFileSync } from 'node:child_process';

/** A Python that can import all of `modules`: PYTHON, or one that is installed; undefined where there is none. */
export function findPython(...modules: string[]): string | undefined {
  return [process.env.PYTHON, 'python3', '/usr/bin/python3'].find((python) => {
    if (!python) return false;
    try {
      execFileSync(python, ['-c', `import ${modules.join(', ')}`], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}
