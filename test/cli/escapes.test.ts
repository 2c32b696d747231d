import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { OWN_ESCAPE, OWN_RETURN, ownColors, terminalText } from '#src/cli/terminal/escapes.ts';
import { displayWidth, formatTable } from '#src/cli/terminal/table.ts';
import { caseFile } from '../support/cases.ts';

const bin = fileURLToPath(new URL('../../bin/semblance.js', import.meta.url));

describe('what is written to a terminal', () => {
  it('shows control characters that come from files, and sends our own', () => {
    const { bold, red } = ownColors(true);
    const evil = 'a\u001b[31mb\u0007\u009b2J\u202e\r';
    expect(terminalText(evil)).toBe('a\\u001b[31mb\\u0007\\u009b2J\\u202e\\u000d');
    expect(terminalText(`${bold(`x${evil}`)}\n`)).toBe(
      '\u001b[1mxa\\u001b[31mb\\u0007\\u009b2J\\u202e\\u000d\u001b[22m\n',
    );
    expect(terminalText(bold(`a${red('b')}c`))).toBe('\u001b[1ma\u001b[31mb\u001b[39mc\u001b[22m');
    expect(terminalText(`${OWN_RETURN}${OWN_ESCAPE}[2K`)).toBe('\r\u001b[2K');
    expect(terminalText('a,b\r\nc\td\n')).toBe('a,b\r\nc\td\n');
  });

  it('counts the width of what is shown', () => {
    expect(displayWidth(ownColors(true).bold('cat'))).toBe(3);
    expect(displayWidth('\u001b[2J')).toBe(9);
    expect(formatTable([{ title: 'a' }, { title: 'b' }], [['\u0007', 'x']])).toBe('a       b\n\u0007  x\n');
  });

  it('is the same without colours', () => {
    expect(ownColors(false).bold('cat')).toBe('cat');
  });
});

describe('names with escape sequences', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [bin, 'classes', '--no-open', ...args], {
      encoding: 'utf8',
      env: { ...process.env, FORCE_COLOR: '1' },
    });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all but colours of our own
  const foreign = /(?!\u001b\[[\d;]*m)[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

  it('of id2label are shown in the report', () => {
    const { stdout, stderr, status } = run(caseFile('formats/config-ansi/pytorch_model.bin')!);
    expect(status).toBe(0);
    expect(stdout).toContain('\\u001b]0;owned\\u0007\\u001b[2J');
    expect(`${stdout}${stderr}`).not.toMatch(foreign);
  });

  it('of tensors are shown in errors', () => {
    const { stdout, stderr, status } = run(caseFile('hostile/st-ansi-name/m.safetensors')!);
    expect(status).toBe(3);
    expect(stderr).toContain('\\u001b]0;pwned\\u0007');
    expect(`${stdout}${stderr}`).not.toMatch(foreign);
  });
});
