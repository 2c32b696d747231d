import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { folderStore } from '#src/study/folder-store.ts';

const TYPES: Record<string, string> = { html: 'text/html', js: 'text/javascript', css: 'text/css' };

/** Serves the files of a folder as any web server would, with no way of its own for anything. */
export async function serveStaticSite(folder: string): Promise<{ url: string; close(): Promise<void> }> {
  const store = folderStore(folder);
  const server = createServer(async (request, response) => {
    const asked = decodeURIComponent(new URL(request.url!, 'http://localhost').pathname.slice(1));
    const path = asked === '' || asked.endsWith('/') ? `${asked}index.html` : asked;
    const bytes = await store.read(path).catch(() => undefined);
    response.writeHead(bytes ? 200 : 404, {
      'content-type': TYPES[path.split('.').at(-1)!] ?? 'application/octet-stream',
    });
    response.end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
