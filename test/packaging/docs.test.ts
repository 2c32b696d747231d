import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '#src/cli/main.ts';
import { ownColors } from '#src/cli/terminal/escapes.ts';
import { python } from '../support/python.ts';
import { temporaryFolder } from '../support/run-cli.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
].map((name) => ({ name, text: readFileSync(join(root, name), 'utf8') }));

/** A block of code, with what the comment before it takes as given. */
interface Snippet {
  page: string;
  language: string;
  given: string;
  code: string;
}
const snippets = pages.flatMap(({ name, text }): Snippet[] =>
  [...text.matchAll(/(?:<!-- given: ([^\n]*) -->\n)?```(\w+)\n([\s\S]*?)```/g)].map(
    ([, given = '', language, code]) => ({
      page: name,
      language: language!,
      given,
      code: code!,
    }),
  ),
);

/** What the strict compiler says of the snippets, each a module of its own beside the built package. */
function compile(list: readonly Snippet[]): string[] {
  const files = new Map(
    list.map(({ page, given, code }, i) => [
      join(root, `docs/snippet-${i}-${page.replace(/\W/g, '-')}.mts`),
      // The imports stay first; what is given comes behind all of it, where declarations are seen as well.
      `${code}\n${given}\nexport {};\n`,
    ]),
  );
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
    types: ['node'],
  };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.getSourceFile = (name, version, ...rest) => {
    const text = files.get(name);
    return text === undefined ? getSourceFile(name, version, ...rest) : ts.createSourceFile(name, text, version);
  };
  return ts
    .getPreEmitDiagnostics(ts.createProgram([...files.keys()], options, host))
    .map(({ file, start, messageText }) => {
      const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
      return `${file?.fileName.replace(root, '')}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
}

const folder = temporaryFolder();
afterAll(() => folder.remove());

/** Runs a command where none of the files exist that it names. */
async function exitCode(argv: readonly string[]): Promise<{ code: number; text: string }> {
  let text = '';
  const write = (more: string): void => {
    text += more;
  };
  const code = await run(argv, {
    stdout: write,
    stderr: write,
    env: {},
    cwd: folder.path,
    isTerminal: false,
    columns: 100,
    colors: ownColors(false),
    signal: new AbortController().signal,
  });
  return { code, text };
}

/** Commands that go on until they are ended, or that need no file. */
const LEFT_OUT =
  /^semblance (open|look|demo|site|doctor|reproduce|worker)\b|^semblance [A-Z]|https?:|hf:|…|\.\.\.|--watch|--name-with/;

/** "semblance classes 'tiger cat'  # comment" as its words. */
function words(line: string): string[] {
  return [...line.replace(/\s+#.*$/, '').matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain!,
  );
}

const lines = snippets
  .filter(({ language }) => ['sh', 'bash', 'shell'].includes(language))
  .flatMap(({ page, code }) =>
    code.split('\n').map((line) => ({ page, line: line.trim().replace(/^npx semblance-vision/, 'semblance') })),
  )
  .filter(({ line }) => line.startsWith('semblance '));
const runnable = lines.filter(({ line }) => !LEFT_OUT.test(line));

describe('the documents', () => {
  it('have TypeScript that compiles under strict rules against the built package', () => {
    const found = snippets.filter(({ language }) => language === 'ts');
    expect(found.length).toBeGreaterThan(8);
    expect(compile(found)).toEqual([]);
  });

  it('would be caught with a name that does not exist', () => {
    const wrong = { page: 'x', language: 'ts', given: '', code: "import { nothing } from 'semblance-vision/classes';" };
    expect(compile([wrong])).toEqual([expect.stringContaining("has no exported member 'nothing'")]);
  });

  it(`have command lines that are understood: ${runnable.length} are tried, ${lines.length - runnable.length} would run on or need a network`, () => {
    expect(runnable.length).toBeGreaterThan(12);
  });

  it.each(runnable)('$page: $line', async ({ line }) => {
    // The files of the examples are not there: whatever is typed must be understood up to that.
    const { code, text } = await exitCode(words(line).slice(1));
    expect(text).not.toMatch(/unknown (option|command)|is invalid|needs |is given twice|missing required/);
    expect(code, text).toBe(3);
  });
});

describe('the examples of --help', () => {
  const commands = ['classes', 'training', 'representations', 'concepts', 'export', 'figure', 'report', 'table'];

  it.each(['', ...commands])('of semblance %s are understood', async (command) => {
    const { text } = await exitCode([...(command === '' ? [] : [command]), '--help']);
    const examples = [...text.matchAll(/^ {2}(semblance .*?)(?: {2,}.*)?$/gm)].map(([, line]) => line!);
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples.filter((line) => !LEFT_OUT.test(line) && !/^semblance \S+$/.test(line))) {
      const { code, text: answer } = await exitCode(words(example).slice(1));
      expect([example, code, answer]).toEqual([example, 3, answer]);
    }
  });
});

describe('Python in the documents', () => {
  const found = snippets.filter(({ language }) => language === 'python');

  it.skipIf(!python).each(found.map((snippet, i) => ({ ...snippet, i })))('$page, snippet $i, is valid', ({ code }) => {
    const { status, stderr } = spawnSync(python!.command, ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], {
      input: code,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});
