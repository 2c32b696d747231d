import { sha256Hex } from '../base/sha256.ts';
import { folderStore } from '../study/folder-store.ts';
import { isStudyPath } from '../study/study-path.ts';
import { mediaType } from './media-types.ts';
import type { Content } from './send-content.ts';

/** Vite puts a hash of the content into the names of what it builds into assets/. */
const NAMED_BY_CONTENT = /^assets\/.+-[\w-]{8}\.\w+$/;

/** A file of the built app, or undefined where there is none; "" is the page itself. */
export async function appFile(appFolder: string, path: string): Promise<Content | undefined> {
  const name = path === '' ? 'index.html' : path;
  if (!isStudyPath(name) || name.split('/').some((part) => part.startsWith('.'))) return undefined;
  const bytes = await folderStore(appFolder)
    .read(name)
    .catch(() => undefined);
  if (!bytes) return undefined;
  return {
    tag: await sha256Hex(bytes),
    type: mediaType(name),
    bytes: async () => bytes as Uint8Array<ArrayBuffer>,
    ...(NAMED_BY_CONTENT.test(name) ? { cacheControl: 'private, max-age=31536000, immutable' } : {}),
  };
}

/** What a checkout without a built app shows instead of it. */
export const NOT_BUILT_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Semblance: the app was not built</title>
<style>:root { color-scheme: light dark } body { font: 16px/1.5 system-ui; max-width: 40rem; margin: 4rem auto; padding: 0 1rem }</style>
<h1>The app was not built</h1>
<p>This is a checkout of Semblance in which the web app has not been built. Run <code>npm run build</code> in it, then
reload this page. The study itself is served: <a href="/api/study/study.json">study.json</a>.</p>
</html>
`;
