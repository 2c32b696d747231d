import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  circles,
  folderCircles,
  type HouseRules,
  type ImportGraph,
  packagesOf,
  readAssemblyImports,
  readImports,
  unusedRules,
  violations,
} from './house.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What measures may use: arrays, mathematics and meanings, but neither files nor models. */
const MATHEMATICS = ['src/base', 'src/tensor', 'src/kernels', 'src/statistics'];

/** The house, from the ground up. */
const HOUSE: HouseRules = {
  order: [
    'src/base',
    'src/explanations',
    'src/tensor',
    'src/formats',
    'src/kernels',
    'src/statistics',
    'src/clustering',
    'src/semantics',
    'src/measures/class-similarity',
    'src/measures/training',
    'src/measures/representations',
    'src/measures/concepts',
    'src/model-files',
    'src/engine',
    'src/activations',
    'src/study',
    'src/findings',
    'src/runs',
    'src/figures',
    'src/tables',
    'src/report',
    'src/analyses',
    'src/server',
    'src/site-export',
    'src/cli/terminal',
    'src/cli/arguments',
    'src/cli/reports',
    'src/cli/inputs',
    'src/cli',
    'src/api',
    'src',
  ],
  only: {
    'src/kernels': ['src/base', 'src/tensor'],
    'src/statistics': ['src/base', 'src/tensor', 'src/kernels'],
    'src/clustering': ['src/base', 'src/tensor'],
    'src/semantics': ['src/base', 'src/tensor', 'src/formats'],
    'src/measures/class-similarity': [...MATHEMATICS, 'src/semantics'],
    'src/measures/training': MATHEMATICS,
    'src/measures/representations': MATHEMATICS,
    'src/measures/concepts': MATHEMATICS,
    'src/findings': ['src/base', 'src/study', 'src/measures/training'],
  },
};

/** What each instrument is made with. */
const FOR_INSTRUMENTS = [
  'src',
  ...['theme', 'url', 'export', 'data', 'stage', 'ui'].map((name) => `app/src/kit/${name}`),
  'app/src/matrix',
  'app/src/charts',
  'app/src/instruments',
];

/** The house of the app. Instruments stand side by side and know nothing of one another, nor of the shell around them. */
const APP_HOUSE: HouseRules = {
  order: [
    'src',
    'app/src/kit/theme',
    'app/src/kit/url',
    'app/src/kit/export',
    'app/src/kit/search',
    'app/src/kit/data',
    'app/src/kit/compute',
    'app/src/kit/analyse',
    'app/src/kit/stage',
    'app/src/kit/ui',
    'app/src/kit/pictures',
    'app/src/matrix',
    'app/src/charts',
    'app/src/instruments',
    'app/src/instruments/classes',
    'app/src/instruments/training',
    'app/src/instruments/representations',
    'app/src/instruments/concepts',
    'app/src/shell',
    'app/src',
  ],
  only: {
    'app/src/kit/theme': [],
    'app/src/kit/url': [],
    'app/src/kit/search': [],
    'app/src/kit/export': ['app/src/kit/theme', 'src'],
    'app/src/matrix': ['src', ...['theme', 'url', 'export', 'data', 'ui'].map((name) => `app/src/kit/${name}`)],
    'app/src/charts': ['src', 'app/src/kit/export', 'app/src/kit/theme'],
    'app/src/instruments/classes': [
      ...FOR_INSTRUMENTS,
      'app/src/kit/compute',
      'app/src/kit/analyse',
      'app/src/kit/pictures',
    ],
    'app/src/instruments/training': [...FOR_INSTRUMENTS, 'app/src/kit/compute', 'app/src/kit/pictures'],
    'app/src/instruments/representations': [...FOR_INSTRUMENTS, 'app/src/kit/compute', 'app/src/kit/search'],
    'app/src/instruments/concepts': [...FOR_INSTRUMENTS, 'app/src/kit/search'],
  },
};

const library = readImports(root, ['src']);
const app = readImports(root, ['app/src']);
const assembly = readAssemblyImports(root);

describe('the house', () => {
  it('has dependencies that point downward only', () => {
    expect(violations(library, HOUSE)).toEqual([]);
  });

  it('has no rule that nothing uses', () => {
    expect(unusedRules(library, HOUSE)).toEqual([]);
  });

  it('has an app whose rooms are built upon one another in the same way', () => {
    expect(violations(app, APP_HOUSE)).toEqual([]);
    expect(unusedRules(new Map([...library, ...app]), APP_HOUSE)).toEqual([]);
  });

  it.each(['app/src', 'app/src/kit'])('has no circle of folders in %s', (parent) => {
    expect(folderCircles(app, parent)).toEqual([]);
  });

  it.each([
    ['the library', library],
    ['the app', app],
    ['the kernels in AssemblyScript', assembly],
  ])('has no circle of files in %s', (_, graph) => {
    expect(circles(graph as ImportGraph)).toEqual([]);
  });

  it.each(['src', 'src/measures', 'src/analyses', 'src/cli', 'src/kernels', 'src/measures/concepts'])(
    'has no circle of folders in %s',
    (parent) => {
      expect(folderCircles(library, parent)).toEqual([]);
    },
  );

  it('keeps folders small enough to look through: at most 20 files each', () => {
    const counts = new Map<string, number>();
    for (const file of [...library.keys(), ...app.keys(), ...assembly.keys()])
      counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    expect([...counts].filter(([, count]) => count > 20)).toEqual([]);
  });

  it('keeps source files under 350 lines', () => {
    const long = [...library.keys(), ...app.keys(), ...assembly.keys()]
      .map((file) => ({ file, lines: readFileSync(join(root, file), 'utf8').split('\n').length }))
      .filter(({ lines }) => lines > 350);
    expect(long).toEqual([]);
  });
});

describe('the app', () => {
  it('never reaches for the command line, the server or a module of Node', () => {
    const seen = new Set<string>();
    const visit = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const target of library.get(file) ?? app.get(file) ?? []) visit(target);
    };
    for (const file of app.keys()) visit(file);
    const reached = [...seen].filter((file) => library.has(file));
    expect(reached.length).toBeGreaterThan(50);
    expect(reached.filter((file) => /^src\/(cli|server|site-export)\//.test(file))).toEqual([]);
    expect(reached.filter((file) => packagesOf(root, file).some((name) => name.startsWith('node:')))).toEqual([]);
  });
});

describe('the style of the app', () => {
  it('takes every size of text from one scale', () => {
    const sources = readdirSync(join(root, 'app/src'), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(svelte|css)$/.test(path))
      .map((path) => [path, readFileSync(join(root, 'app/src', path), 'utf8')] as const);
    const literal = sources.flatMap(([path, text]) =>
      [...text.matchAll(/font(?:-size)?:[^;]*\d(?:px|rem)/g)].map(([found]) => `${path}: ${found}`),
    );
    expect(literal).toEqual([]);
    const scale = sources.flatMap(([, text]) => text.match(/^ {2}--text-\w+:/gm) ?? []);
    expect(scale).toHaveLength(6);
  });
});

describe('the rules themselves', () => {
  const graph = (edges: Record<string, string[]>): ImportGraph => new Map(Object.entries(edges));

  it('find a circle made on purpose, of files and of folders', () => {
    const made = graph({ 'src/a/one.ts': ['src/b/two.ts'], 'src/b/two.ts': ['src/a/three.ts'], 'src/a/three.ts': [] });
    expect(circles(made)).toEqual([]);
    expect(folderCircles(made, 'src')).toEqual([['a', 'b']]);
    const closed = graph({ 'src/a/one.ts': ['src/b/two.ts'], 'src/b/two.ts': ['src/a/one.ts'] });
    expect(circles(closed)).toEqual([['src/a/one.ts', 'src/b/two.ts']]);
  });

  it('find an import that points up', () => {
    const made = graph({ 'src/base/x.ts': ['src/cli/y.ts'], 'src/cli/y.ts': [] });
    expect(violations(made, { order: ['src/base', 'src/cli'] })).toEqual(['src/base/x.ts imports src/cli/y.ts']);
  });

  it('find an allowance that nothing uses, and a room that is empty', () => {
    const made = graph({ 'src/base/x.ts': [], 'src/cli/y.ts': [] });
    const rules = { order: ['src/base', 'src/cli', 'src/gone'], only: { 'src/cli': ['src/base'] } };
    expect(unusedRules(made, rules)).toEqual(['src/gone has no file', 'src/cli never imports src/base']);
  });

  it('look at every folder of the library', () => {
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const { name } of folders)
      expect(
        HOUSE.order.some((room) => room === `src/${name}` || room.startsWith(`src/${name}/`)),
        name,
      ).toBe(true);
  });
});
