/** Semblance in Node: the isomorphic library and what needs a file system. */
export * from './index.ts';
export { fileSource } from './model-files/file-source.ts';
export { folderStore, writeAtomically } from './study/folder-store.ts';
