/** Semblance in Node: the isomorphic library and what needs a file system. */
export { type ExportFolderOptions, exportFolder } from './export/export-folder.ts';
export { type ExportHtmlOptions, type ExportResult, exportHtml } from './export/export-html.ts';
export * from './index.ts';
export { fileSource } from './model-files/file-source.ts';
export { diskRunFolder } from './runs/disk-run-folder.ts';
export { type RunningServer, type ServerOptions, startServer } from './server/start-server.ts';
export { folderStore, writeAtomically } from './study/folder-store.ts';
