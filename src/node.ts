/** Semblance in Node: the isomorphic library and what needs a file system. */
export { parsePopulation, type Population, populationJsonSchema, type PopulationMember } from './analyses/classes/population-file.ts';
export { matchOnThreads, type MatchOnThreadsOptions } from './analyses/representations/match-on-threads.ts';
export { threadPool, type ThreadPoolOptions } from './engine/thread-pool.ts';
export { exportFolder, type ExportFolderOptions } from './export/export-folder.ts';
export { exportHtml, type ExportHtmlOptions, type ExportResult } from './export/export-html.ts';
export * from './index.ts';
export { decodeImage } from './inference/decode-image.ts';
export { findImages, type ImageCollection } from './inference/image-folder.ts';
export { loadRuntime, type RuntimeChoice } from './inference/node-runtime.ts';
export { fileSource } from './model-files/file-source.ts';
export { cacheFolder, diskCache } from './model-files/remote/disk-cache.ts';
export { modelSource, type ModelSourceOptions, remoteOptions } from './model-files/remote/model-source.ts';
export { proxyFetch, proxyFor } from './model-files/remote/proxy-fetch.ts';
export { diskRunFolder } from './runs/disk-run-folder.ts';
export { type RunningServer, type ServerOptions, startServer } from './server/start-server.ts';
export { folderStore, writeAtomically } from './study/folder-store.ts';
