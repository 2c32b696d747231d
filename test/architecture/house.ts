import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

/** The files of a part of the project, each with the files of the project that it imports, type imports included. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** Reads what each TypeScript and Svelte file below the folders imports. Paths are relative to the root. */
export function readImports(root: string, folders: readonly string[]): ImportGraph {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(ts|svelte)$/.test(path) && !/(^|\/)(generated|assembly)\//.test(path))
      .map((path) => join(folder, path)),
  );
  return new Map(files.sort().map((file) => [file, importsOf(root, file)]));
}

/** The kernels' own language, whose modules import without an ending. */
export function readAssemblyImports(root: string): ImportGraph {
  const files = readdirSync(join(root, 'src/kernels'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\/assembly\/.*\.ts$/.test(path))
    .map((path) => join('src/kernels', path));
  return new Map(files.sort().map((file) => [file, importsOf(root, file)]));
}

function importsOf(root: string, file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map((match) => match[1]!);
  return specifiers.flatMap((specifier) => {
    const bare = specifier.replace(/\?.*$/, '');
    if (bare.startsWith('#src/')) return [bare.slice(1)];
    if (!bare.startsWith('.')) return [];
    const path = normalize(join(dirname(file), bare));
    return [/\.\w+$/.test(path) ? path : `${path}.ts`];
  });
}

/** The Node modules and packages that a file imports. */
export function packagesOf(root: string, file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)]
    .map((match) => match[1]!)
    .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('#'));
}

/** What each room may import beyond its own files; `exceptions` narrow or widen the rule that arrows point down the list. */
export interface HouseRules {
  /** Rooms from the ground up: a room may import the rooms before it. Longest prefix wins. */
  order: readonly string[];
  /** Rooms that may import these rooms only, though others stand below them. */
  only?: Readonly<Record<string, readonly string[]>>;
}

/** The room of a file: the longest entry of the order that its path starts with. */
export function roomOf(file: string, order: readonly string[]): string | undefined {
  return order
    .filter((room) => file === room || file.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)
    .at(0);
}

/** Imports that point up, leave the rules, or come from a file without a room. */
export function violations(graph: ImportGraph, { order, only = {} }: HouseRules): string[] {
  const found: string[] = [];
  for (const [file, targets] of graph) {
    const from = roomOf(file, order);
    if (from === undefined) {
      found.push(`${file} stands in no room`);
      continue;
    }
    for (const target of targets) {
      const to = roomOf(target, order);
      if (to === from) continue;
      const allowed = to !== undefined && order.indexOf(to) < order.indexOf(from) && (only[from]?.includes(to) ?? true);
      if (!allowed) found.push(`${file} imports ${target}`);
    }
  }
  return found;
}

/** Allowances that no import uses, and rooms without a file: either is a rule that nobody would miss. */
export function unusedRules(graph: ImportGraph, { order, only = {} }: HouseRules): string[] {
  const used = new Set<string>();
  for (const [file, targets] of graph)
    for (const target of targets) used.add(`${roomOf(file, order)} > ${roomOf(target, order)}`);
  const filled = new Set([...graph.keys()].map((file) => roomOf(file, order)));
  return [
    ...order.filter((room) => !filled.has(room)).map((room) => `${room} has no file`),
    ...Object.entries(only).flatMap(([from, rooms]) =>
      rooms.filter((to) => !used.has(`${from} > ${to}`)).map((to) => `${from} never imports ${to}`),
    ),
  ];
}

/** Circles of files: the strongly connected parts of more than one file, by Tarjan's algorithm. */
export function circles(graph: ImportGraph): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.get(file)!);
    stack.push(file);
    for (const target of graph.get(file) ?? []) {
      if (!graph.has(target)) continue;
      if (!index.has(target)) {
        visit(target);
        low.set(file, Math.min(low.get(file)!, low.get(target)!));
      } else if (stack.includes(target)) low.set(file, Math.min(low.get(file)!, index.get(target)!));
    }
    if (low.get(file) !== index.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    if (circle.length > 1 || graph.get(file)!.includes(file)) found.push(circle.sort());
  };
  for (const file of graph.keys()) if (!index.has(file)) visit(file);
  return found;
}

/** Circles of folders: the folders directly below `parent` as nodes. */
export function folderCircles(graph: ImportGraph, parent: string): string[][] {
  const folderOf = (file: string): string | undefined => {
    const path = relative(parent, file).split('/');
    return path[0] === '..' || path.length < 2 ? undefined : path[0];
  };
  const folders = new Map<string, string[]>();
  for (const [file, targets] of graph) {
    const from = folderOf(file);
    if (from === undefined) continue;
    const list = folders.get(from) ?? [];
    folders.set(from, list);
    for (const target of targets) {
      const to = folderOf(target);
      if (to !== undefined && to !== from) list.push(to);
    }
  }
  return circles(folders);
}
