import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  exports: Record<string, string | { types: string }>;
};

/** The source of each entry of the package. */
const entries = Object.entries(manifest.exports).flatMap(([path, target]) =>
  typeof target === 'string'
    ? []
    : [{ path, source: `${root}${target.types.replace('./dist/', 'src/').replace('.d.ts', '.ts')}` }],
);

/** Every name that an entry exports, with its documentation comment. */
function namesOf(program: ts.Program, source: string): { name: string; documentation: string }[] {
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(source)!)!;
  return checker.getExportsOfModule(module).map((symbol) => {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return { name: symbol.name, documentation: ts.displayPartsToString(target.getDocumentationComment(checker)) };
  });
}

function programOf(sources: readonly string[]): ts.Program {
  return ts.createProgram([...sources], {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    allowImportingTsExtensions: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
  });
}

const program = programOf(entries.map(({ source }) => source));
const all = entries.map(({ path, source }) => ({ path, names: namesOf(program, source) }));

describe('the public API', () => {
  it.each(all)('documents every name of $path', ({ names }) => {
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter(({ documentation }) => documentation.trim() === '').map(({ name }) => name)).toEqual([]);
  });

  it('is small enough to be kept: fewer than 200 names, each in one entry', () => {
    const names = all.flatMap((entry) => entry.names.map(({ name }) => name));
    expect(names.length).toBeLessThan(200);

    expect(names.filter((name, i) => names.indexOf(name) < i)).toEqual([]);
  });

  it('would fail on a name without a comment', () => {
    const source = `${root}test/fixtures/undocumented.ts`;
    const undocumented = namesOf(programOf([source]), source).filter(({ documentation }) => documentation === '');
    expect(undocumented.map(({ name }) => name)).toEqual(['bare']);
  });
});
