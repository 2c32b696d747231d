import { canonicalJson } from '../base/canonical-json.ts';
import { sha256Hex } from '../base/sha256.ts';

/** What the service worker of a site keeps, as paths below the site. */
export interface OfflinePlan {
  /** Kept at the first visit: what the site needs to work. "" is its page. */
  first: string[];
  /** Kept as a whole once one of it is asked for, by folder. */
  together: Record<string, string[]>;
  /** Kept one by one, as they are asked for. */
  visited: string[];
}

/**
 * The service worker of a site, as a script. It answers from what it keeps and asks the server for what it does not, so
 * that after the first visit the site works without a network. What it keeps is named by a hash of all files: a site that
 * was written anew is taken whole, when no page of the old one is open any more. Each file is kept only where it is the one
 * that the site was written with, by its SHA-256: of a site that is half uploaded nothing stays.
 */
export async function offlineWorker(plan: OfflinePlan, contents: ReadonlyMap<string, Uint8Array>): Promise<string> {
  const hashes: [string, string][] = [];
  for (const [path, bytes] of contents) hashes.push([path, await sha256Hex(bytes)]);
  const version = await sha256Hex(canonicalJson(hashes.sort(([a], [b]) => (a < b ? -1 : 1))));
  const all = new Map(hashes);
  const planned = [...plan.first, ...Object.values(plan.together).flat(), ...plan.visited];
  const sha256 = Object.fromEntries(planned.map((path) => [path, all.get(path === '' ? 'index.html' : path)]));
  return `const PLAN = ${JSON.stringify({ version, ...plan, sha256 })};\n${SCRIPT}`;
}

const SCRIPT = `
const SCOPE = new URL('./', self.location);
// Several sites may lie below one host, and each keeps its own.
const OWN = 'semblance-site ' + SCOPE.pathname + ' ';
const CACHE = OWN + PLAN.version;
const TOGETHER = new Map(Object.values(PLAN.together).flatMap((paths) => paths.map((path) => [path, paths])));
const KNOWN = new Set([...PLAN.first, ...PLAN.visited, ...TOGETHER.keys()]);
const started = new Set();

const addressOf = (path) => new URL(path.split('/').map(encodeURIComponent).join('/') || './', SCOPE).href;

// The browser's own cache may hold a file of an earlier site: it is asked anew, and past all caches where that is not it.
async function fetched(path) {
  let response;
  for (const cache of ['no-cache', 'reload']) {
    response = await fetch(addressOf(path), { cache });
    if (!response.ok) throw new Error(path + ': the server answered ' + response.status);
    const digest = await crypto.subtle.digest('SHA-256', await response.clone().arrayBuffer());
    const sha256 = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
    if (sha256 === PLAN.sha256[path]) return { response, isPlanned: true };
  }
  return { response, isPlanned: false };
}

async function keep(cache, path) {
  const { response, isPlanned } = await fetched(path);
  // A redirected answer may not be given to a page that asks for its own address.
  const given = response.redirected
    ? new Response(await response.blob(), { headers: response.headers })
    : response;
  if (isPlanned) await cache.put(addressOf(path), given.clone());
  return { given, isPlanned };
}

async function keepAll(paths) {
  const cache = await caches.open(CACHE);
  const left = [...paths];
  const next = async () => {
    for (let path = left.pop(); path !== undefined; path = left.pop())
      if (!(await cache.match(addressOf(path))) && !(await keep(cache, path)).isPlanned)
        throw new Error(path + ': the server has another file than the site was written with');
  };
  await Promise.all([next(), next(), next(), next()]);
}

self.addEventListener('install', (event) => {
  event.waitUntil(keepAll(PLAN.first));
});

self.addEventListener('activate', (event) => {
  const clean = async () => {
    for (const name of await caches.keys()) if (name.startsWith(OWN) && name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(clean());
});

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== SCOPE.origin || !url.pathname.startsWith(SCOPE.pathname)) return;
  let path;
  try {
    path = decodeURIComponent(url.pathname.slice(SCOPE.pathname.length));
  } catch {
    return;
  }
  if (path === 'index.html') path = '';
  else if (path.endsWith('/')) path += 'index.html';
  if (!KNOWN.has(path)) return;
  const answer = async () => {
    const cache = await caches.open(CACHE);
    return (await cache.match(addressOf(path))) ?? (await keep(cache, path)).given;
  };
  const answered = answer();
  event.respondWith(answered);
  const others = TOGETHER.get(path);
  if (others && !started.has(others)) {
    started.add(others);
    event.waitUntil(answered.then(() => keepAll(others)).catch(() => started.delete(others)));
  }
});
`;
