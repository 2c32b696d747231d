import { spawnSync } from 'node:child_process';

/** An interpreter that has NumPy, with PyTorch or without; PYTHON names one to prefer. */
export const python = findPython();

function findPython(): { command: string; hasTorch: boolean } | undefined {
  const found = [];
  for (const command of [process.env.PYTHON, 'python3', '/usr/bin/python3', 'python']) {
    if (!command) continue;
    const ask = "import importlib.util as u; print([m for m in ('numpy', 'torch') if u.find_spec(m)])";
    const { status, stdout } = spawnSync(command, ['-c', ask], { encoding: 'utf8', timeout: 20_000 });
    if (status === 0 && stdout.includes('numpy')) found.push({ command, hasTorch: stdout.includes('torch') });
  }
  return found.find(({ hasTorch }) => hasTorch) ?? found[0];
}
