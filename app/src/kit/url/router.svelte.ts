import { formatRoute, parseRoute, type Route } from './route.ts';

/** Parameters that stay when the reader moves between views of one instrument: what they look at, not how. */
const SHARED: Readonly<Record<string, readonly string[]>> = {
  classes: ['model', 'cell'],
  representations: ['layer', 'kernel', 'pair'],
  training: ['run', 'hide', 'epoch', 'follow', 'cell', 'phases'],
  concepts: ['concept', 'class', 'sim', 'imp', 'group', 'x'],
};

const instrumentOf = (path: string): string => path.split('/')[0]!;

/** Changes to parameters; undefined or "" takes one out. */
export type ParamChanges = Record<string, string | undefined>;

export interface Router {
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  /** Changes parameters of this view; `replace` adds no step to the history (moves of a cell, pans). */
  set(changes: ParamChanges, options?: { replace?: boolean }): void;
  go(path: string, changes?: ParamChanges, options?: { replace?: boolean }): void;
  /**
   * Goes to a view and forgets how all views were left, as another study is shown; `search` is the part of the page's
   * address that names it, as "?study=…", where that changes too.
   */
  start(path: string, search?: string): void;
  /** The address that `go` would lead to, for links. */
  href(path: string, changes?: ParamChanges): string;
}

function createRouter(): Router {
  const first = parseRoute(location.hash);
  let route = $state.raw<Route>(first);
  /** How each view was last left, so that returning to it finds it so. */
  const left = new Map<string, Route['params']>([[first.path, first.params]]);

  const write = (next: Route, replace: boolean): void => {
    left.set(next.path, next.params);
    const hash = formatRoute(next);
    if (hash !== formatRoute(route) || location.hash === '')
      history[replace ? 'replaceState' : 'pushState'](null, '', hash);
    route = next;
  };
  const merge = (params: Route['params'], changes: ParamChanges): Route['params'] => {
    const merged: Record<string, string> = { ...params };
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined || value === '') delete merged[name];
      else merged[name] = value;
    }
    return merged;
  };
  const target = (path: string, changes: ParamChanges = {}): Route => {
    if (path === route.path) return { path, params: merge(route.params, changes) };
    // The bare address is the first view of whichever instrument the study has.
    const stays = route.path === '' || instrumentOf(route.path) === instrumentOf(path);
    const names = stays ? (SHARED[instrumentOf(path)] ?? []) : [];
    const shared = Object.fromEntries(names.map((name) => [name, route.params[name]]));
    return { path, params: merge(merge(left.get(path) ?? {}, shared), changes) };
  };
  addEventListener('popstate', () => {
    route = parseRoute(location.hash);
    left.set(route.path, route.params);
  });
  return {
    get path() {
      return route.path;
    },
    get params() {
      return route.params;
    },
    set: (changes, { replace = false } = {}) =>
      write({ path: route.path, params: merge(route.params, changes) }, replace),
    go: (path, changes, { replace = false } = {}) => write(target(path, changes), replace),
    start: (path, search = '') => {
      left.clear();
      route = { path, params: {} };
      left.set(path, route.params);
      history.pushState(null, '', `${search}${formatRoute(route)}`);
    },
    href: (path, changes) => formatRoute(target(path, changes)),
  };
}

export const router = createRouter();
