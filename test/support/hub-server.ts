import { createHash } from 'node:crypto';
import { type FileServer, fileOf, startFileServer } from './file-server.ts';

/** A repository of the pretended hub. */
export interface HubRepository {
  /** Revision → path → content. */
  revisions: Record<string, Record<string, Uint8Array>>;
  /** Only for this token. */
  token?: string;
}

export interface HubServer {
  url: string;
  repositories: Map<string, HubRepository>;
  hub: FileServer;
  /** The storage that large files are redirected to; another origin, as on the hub. */
  storage: FileServer;
  close(): Promise<void>;
}

const LARGE = 1000;
const PAGE = 3;

/**
 * A server that behaves like the hub: a listing in pages, small files at once, large ones by a redirect to another
 * origin, 401 for what does not exist or is private, errors told in a header.
 */
export async function startHubServer(): Promise<HubServer> {
  const hub = await startFileServer();
  const storage = await startFileServer();
  const repositories = new Map<string, HubRepository>();
  hub.before = (request, response) => {
    const url = new URL(request.url!, hub.url);
    const refuse = (status: number, message: string): true => {
      response.writeHead(status, { 'X-Error-Message': message }).end();
      return true;
    };
    const refused = hub.wrong.get(url.pathname)?.statuses?.shift();
    if (refused) {
      response.writeHead(refused.status, refused.headers).end();
      return true;
    }
    const match =
      /^\/api\/models\/([^/]+\/[^/]+)\/tree\/([^/]+)$/.exec(url.pathname) ??
      /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(url.pathname);
    if (!match) return refuse(404, 'Not found');
    const [, name, encodedRevision, encodedPath] = match;
    const repository = repositories.get(name!);
    const allowed = !repository?.token || request.headers.authorization === `Bearer ${repository.token}`;
    if (!repository || !allowed) return refuse(401, 'Repository not found');
    const files = repository.revisions[decodeURIComponent(encodedRevision!)];
    if (!files) return refuse(404, `Invalid rev id: ${encodedRevision}`);
    const paths = Object.keys(files);
    if (encodedPath === undefined) {
      const from = Number(url.searchParams.get('cursor') ?? 0);
      const page = paths.slice(from, from + PAGE).map((path) => ({
        type: 'file',
        path,
        size: files[path]!.length,
        oid: '0'.repeat(40),
        ...(files[path]!.length > LARGE ? { lfs: { oid: sha256(files[path]!), size: files[path]!.length } } : {}),
      }));
      const next = new URL(url);
      next.searchParams.set('cursor', String(from + PAGE));
      response.writeHead(200, {
        'Content-Type': 'application/json',
        ...(from + PAGE < paths.length ? { Link: `<${next.href}>; rel="next"` } : {}),
      });
      response.end(JSON.stringify([{ type: 'directory', path: 'onnx' }, ...page]));
      return true;
    }
    const path = decodeURIComponent(encodedPath);
    const content = files[path];
    if (!content) return refuse(404, 'Entry not found');
    if (content.length > LARGE) {
      const digest = sha256(content);
      storage.files.set(`/${digest}`, fileOf(content, { etag: `"${digest}"` }));
      response.writeHead(302, { Location: `${storage.url}/${digest}?signature=good`, 'X-Linked-ETag': `"${digest}"` });
      response.end();
      return true;
    }
    hub.files.set(decodeURIComponent(url.pathname), fileOf(content, { etag: `"${sha256(content).slice(0, 40)}"` }));
    return false;
  };
  return {
    url: hub.url,
    repositories,
    hub,
    storage,
    close: async () => {
      await Promise.all([hub.close(), storage.close()]);
    },
  };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
