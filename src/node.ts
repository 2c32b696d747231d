/** Semblance in Node: the isomorphic library and what needs a file system. */

export { decodeImage } from './activations/decode-image.ts';
export { findImages, type ImageCollection } from './activations/image-folder.ts';
export { loadRuntime, type RuntimeChoice } from './activations/node-runtime.ts';
export {
  type Population,
  type PopulationMember,
  parsePopulation,
  populationJsonSchema,
} from './analyses/classes/population-file.ts';
export {
  type MatchOnThreadsOptions,
  matchOnThreads,
  matchThreads,
} from './analyses/representations/matching/match-on-threads.ts';
export { fileSource } from './base/bytes/file-source.ts';
export { type ThreadPoolOptions, threadPool } from './engine/thread-pool.ts';
export * from './index.ts';
export { cacheFolder, diskCache } from './model-files/remote/disk-cache.ts';
export { type ModelSourceOptions, modelSource, remoteOptions } from './model-files/remote/model-source.ts';
export { proxyFetch, proxyFor } from './model-files/remote/proxy-fetch.ts';
export { diskRunFolder } from './runs/disk-run-folder.ts';
export { type RunningServer, type ServerOptions, startServer } from './server/start-server.ts';
export { type ExportFolderOptions, exportFolder } from './site-export/export-folder.ts';
export { type ExportHtmlOptions, type ExportResult, exportHtml } from './site-export/export-html.ts';
export { folderStore, writeAtomically } from './study/folder-store.ts';
