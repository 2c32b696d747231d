/** Semblance in Node: the isomorphic library and what needs a file system. */

export { type MatchOnThreadsOptions, matchOnThreads } from './analyses/representations/match-on-threads.ts';
export { type ThreadPoolOptions, threadPool } from './engine/thread-pool.ts';
export * from './index.ts';
export { fileSource } from './model-files/file-source.ts';
export { type RunningServer, type ServerOptions, startServer } from './server/start-server.ts';
export { folderStore, writeAtomically } from './study/folder-store.ts';
