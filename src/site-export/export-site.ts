import { dirname, join, posix } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { SourceError } from '../base/errors.ts';
import type { LongTask } from '../base/progress.ts';
import { folderStore } from '../study/folder-store.ts';
import { addToHead } from '../study/page/page-head.ts';
import { studyContents } from '../study/page/study-contents.ts';
import type { StudyStore } from '../study/store.ts';
import { readAppPage } from './app-page.ts';
import { appParts } from './export-folder.ts';
import type { ExportResult } from './export-html.ts';
import { type OfflinePlan, offlineWorker } from './offline-worker.ts';
import { checkTarget, STATIC_POLICY, writeStaticFolder } from './static-folder.ts';

const FOLDER = { marker: 'semblance-site.json', kind: 'a site that Semblance wrote' };
const SAMPLE_FOLDER = 'sample/';
const DOCS_FOLDER = 'docs/';
const API_FOLDER = 'api/';
const RUNTIME_FOLDER = 'runtime/';
/** Not as HTML: by itself it is a page without a study. */
const STUDY_PAGE = 'study-page.txt';
/** The pictures of the landing page, which works offline as a whole. */
const LANDING_PICTURES = ['images/map-light.png', 'images/map-dark.png'];

export interface ExportSiteOptions extends LongTask {
  /** The built app (dist/app). */
  appFolder: string;
  /** The single-file build of the app, by which studies are downloaded as one page; without it they are not. */
  template?: string;
  /** The documentation as pages (dist/docs). */
  docsFolder: string;
  /** What the pages of the documentation show beside their text (docs/). */
  docsAssets: string;
  /** The reference of the public API as TypeDoc writes it; left out where it was not built. */
  apiFolder?: string;
  /** The ONNX runtime of the package (dist/onnxruntime-web); without it no network is run on the page. */
  runtimeFolder?: string;
  /** The study that the landing page offers to open. */
  sample?: StudyStore;
}

/**
 * Checks that a site may be written to a folder, before the work that it takes.
 * @throws UsageError when `out` is a file or a folder that holds other things.
 */
export async function checkSiteTarget(out: string): Promise<void> {
  await checkTarget(out, { ...FOLDER, force: 'never' });
}

/**
 * Writes the whole product as a folder of static files, for any web server, in any place below it: the app, which
 * analyses what is dropped on it, a study as sample, the documentation, and a service worker by which all of it works
 * offline after the first visit. An earlier site is replaced as a whole.
 * @throws UsageError when `out` is a file or a folder that holds other things, the errors of `readManifest` and
 *   `readStudyFile` for the sample, SourceError when app or documentation were not built or `out` cannot be written.
 */
export async function exportSite(out: string, options: ExportSiteOptions): Promise<ExportResult> {
  const state = await checkTarget(out, { ...FOLDER, force: 'never' });
  const contents = await appParts(options.appFolder);
  const plan: OfflinePlan = { first: [...contents.keys(), ''], together: {}, visited: [] };

  const docs = await docsContents(options);
  for (const [path, bytes] of docs) contents.set(DOCS_FOLDER + path, bytes);
  for (const path of docs.keys())
    (path.startsWith('images/') && !LANDING_PICTURES.includes(path) ? plan.visited : plan.first).push(
      DOCS_FOLDER + path,
    );

  const appPage = await readAppPage(join(options.appFolder, 'index.html'));
  const [icon = ''] = /<link rel="icon"[^>]*>/.exec(appPage) ?? [];
  const api = options.apiFolder === undefined ? undefined : await apiContents(options.apiFolder, icon);
  for (const [path, bytes] of api ?? []) {
    contents.set(API_FOLDER + path, bytes);
    plan.visited.push(API_FOLDER + path);
  }
  if (api) showApiLinks(contents);

  if (options.template !== undefined) {
    contents.set(STUDY_PAGE, encode(await readAppPage(options.template)));
    plan.visited.push(STUDY_PAGE);
  }

  let runtime: SiteRuntime | undefined;
  if (options.runtimeFolder !== undefined) {
    const { version, files } = await runtimeContents(options.runtimeFolder);
    for (const [path, bytes] of files) contents.set(RUNTIME_FOLDER + path, bytes);
    plan.together.runtime = [...files.keys()].map((path) => RUNTIME_FOLDER + path);
    runtime = { folder: RUNTIME_FOLDER, version };
  }

  let sample: { name: string; folder: string; bytes: number } | undefined;
  if (options.sample) {
    const { manifest, files } = await studyContents(options.sample, options);
    const paths = [...files.keys()].map((path) => SAMPLE_FOLDER + path);
    for (const [path, bytes] of files) contents.set(SAMPLE_FOLDER + path, bytes);
    plan.together.sample = paths;
    const bytes = [...files.values()].reduce((sum, part) => sum + part.length, 0);
    sample = { name: manifest.name, folder: SAMPLE_FOLDER, bytes };
  }

  const page = addToHead(
    appPage,
    `<meta name="generator" content="Semblance">\n<meta http-equiv="Content-Security-Policy" content="${STATIC_POLICY}">\n<meta name="semblance-site" content="${escapeAttribute(JSON.stringify({ sample, runtime, api: api !== undefined, ...(options.template !== undefined && { studyPage: STUDY_PAGE }) }))}">\n`,
    'Semblance: what does a vision network see as similar?',
  );
  contents.set('index.html', new TextEncoder().encode(page));
  contents.set('offline.js', new TextEncoder().encode(await offlineWorker(plan, contents)));
  const ordered = [...contents].sort(([a], [b]) => Number(a === 'index.html') - Number(b === 'index.html'));
  const bytes = await writeStaticFolder(out, state, { ...FOLDER, contents: new Map(ordered) }, options.signal);
  return { path: out, bytes, files: contents.size + 1 };
}

/** The pages, and the pictures and schemas that they show. */
async function docsContents({ docsFolder, docsAssets }: ExportSiteOptions): Promise<Map<string, Uint8Array>> {
  const contents = new Map<string, Uint8Array>();
  const pages = folderStore(docsFolder);
  for (const path of await pages.list()) contents.set(path, (await pages.read(path))!);
  if (!contents.has('index.html'))
    throw new SourceError(`${docsFolder}: the pages of the documentation are not there.`, {
      hint: 'In a checkout, build them with "npm run build"; an installed package that lacks them should be installed again.',
    });
  const assets = folderStore(docsAssets);
  for (const path of await assets.list())
    if (/\.(png|svg|json)$/.test(path) && !contents.has(path)) contents.set(path, (await assets.read(path))!);
  return contents;
}

/** The pages of the documentation have a link to the reference, which is hidden where there is none. */
function showApiLinks(contents: Map<string, Uint8Array>): void {
  for (const [path, bytes] of contents)
    if (path.startsWith(DOCS_FOLDER) && path.endsWith('.html'))
      contents.set(path, encode(decode(bytes).replace(' data-api hidden', '')));
}

/** TypeDoc's search and navigation unpack what they carry as data. */
const API_POLICY =
  "default-src 'self'; script-src 'self'; connect-src 'self' data:; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'none'";

/**
 * The reference with the one script within its pages put into a file, so that no page has to allow such scripts, and with
 * the site's icon, which browsers would look for elsewhere.
 */
async function apiContents(folder: string, icon: string): Promise<Map<string, Uint8Array>> {
  const store = folderStore(folder);
  const contents = new Map<string, Uint8Array>();
  const scripts: string[] = [];
  for (const path of await store.list()) {
    const bytes = (await store.read(path))!;
    if (!path.endsWith('.html')) {
      contents.set(path, bytes);
      continue;
    }
    const page = decode(bytes).replaceAll(/<script>([^<]*)<\/script>/g, (_, text: string) => {
      if (!scripts.includes(text)) scripts.push(text);
      const script = posix.join(posix.relative(dirname(path), '.'), scriptName(scripts.indexOf(text)));
      return `<script src="${script}"></script>`;
    });
    const policy = `<meta http-equiv="Content-Security-Policy" content="${API_POLICY}">`;
    contents.set(path, encode(page.replace(/<head[^>]*>/, (head) => `${head}${policy}${icon}`)));
  }
  for (const [i, text] of scripts.entries()) contents.set(scriptName(i), encode(text));
  return contents;
}

/** What the page is told of the runtime beside it. */
interface SiteRuntime {
  folder: string;
  version: string;
}

/** The runtime as browsers load it, under names that every web server knows the type of. */
async function runtimeContents(folder: string): Promise<{ version: string; files: Map<string, Uint8Array> }> {
  const store = folderStore(folder);
  const read = async (path: string): Promise<Uint8Array> => {
    const bytes = await store.read(path);
    if (bytes) return bytes;
    throw new SourceError(`${folder}: ${path} of the ONNX runtime is not there.`, {
      hint: 'In a checkout, build it with "npm run build"; an installed package that lacks it should be installed again.',
    });
  };
  const { version } = JSON.parse(decode(await read('package.json'))) as { version: string };
  return {
    version,
    files: new Map([
      ['ort.js', await read('ort.wasm.min.mjs')],
      ['ort-wasm.js', await read('ort-wasm-simd-threaded.mjs')],
      ['ort.wasm', new Uint8Array(brotliDecompressSync(await read('ort-wasm-simd-threaded.wasm.br')))],
    ]),
  };
}

const scriptName = (i: number): string => `assets/page-${i}.js`;
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
