import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { fileSource } from '../../base/bytes/file-source.ts';
import { UsageError } from '../../base/errors.ts';
import type { LongTask } from '../../base/progress.ts';
import { cacheFolder, diskCache } from './disk-cache.ts';
import { httpSource } from './http-source.ts';
import { isHubReference } from './hub-reference.ts';
import { HUB_ENDPOINT, type HubOptions, hubSource } from './hub-source.ts';
import { proxyFetch } from './proxy-fetch.ts';

/** Options of `modelSource`. */
export interface ModelSourceOptions extends LongTask {
  /** What relative paths are relative to; the working directory by default. */
  cwd?: string;
  /** HF_TOKEN, HF_ENDPOINT, HTTPS_PROXY and its kin, SEMBLANCE_CACHE; the process's own by default. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Told what a person should know: which file of a repository is read, that a server lacks Range. */
  onNote?: (note: string) => void;
  /** False to keep nothing of remote files on the disk. */
  cache?: boolean;
}

const PROXY_VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'];

/**
 * Opens a model by what a person names it with: a path (of a SavedModel also its folder), `https://…`, or
 * `hf:owner/name[@revision][:file]`. Node only.
 * @throws The errors of `fileSource`, `httpSource` and `hubSource`.
 */
export async function modelSource(name: string, options: ModelSourceOptions = {}): Promise<ByteSource> {
  if (isHubReference(name)) return hubSource(name, remoteOptions(options));
  if (/^https?:\/\//i.test(name)) return httpSource(name, remoteOptions(options));
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(name))
    throw new UsageError(`${name}: models are read from paths, https:// and hf:owner/name.`);
  return fileSource(modelPath(resolve(options.cwd ?? process.cwd(), name)));
}

/** A SavedModel is a folder to TensorFlow; the file in it that has the graph stands for it. */
function modelPath(path: string): string {
  const inside = join(path, 'saved_model.pb');
  return existsSync(inside) ? inside : path;
}

/** How the environment wants remote files to be fetched. Node only. */
export function remoteOptions(options: ModelSourceOptions = {}): HubOptions {
  const { env = process.env, cache = true, onNote, signal, onProgress } = options;
  const endpoint = env.HF_ENDPOINT || HUB_ENDPOINT;
  const token = env.HF_TOKEN;
  let hub: URL;
  try {
    hub = new URL(endpoint);
  } catch (cause) {
    throw new UsageError(`HF_ENDPOINT is ${endpoint}, which is not an address.`, {
      cause,
      hint: 'Write it as https://host.',
    });
  }
  return {
    endpoint,
    // The token goes to the hub and to no other host, whatever address was named.
    headersFor: (url): Record<string, string> =>
      token && url.origin === hub.origin ? { Authorization: `Bearer ${token}` } : {},
    ...(PROXY_VARIABLES.some((name) => env[name] || env[name.toLowerCase()]) ? { fetch: proxyFetch(env) } : {}),
    ...(cache ? { cache: diskCache(cacheFolder(env)) } : {}),
    ...(onNote ? { onNote } : {}),
    ...(signal ? { signal } : {}),
    ...(onProgress ? { onProgress } : {}),
  };
}
