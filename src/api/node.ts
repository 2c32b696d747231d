/**
 * What needs a file system, threads or a server: for Node alone.
 *
 * @module
 */

export { decodeImage } from '../activations/images/decode-image.ts';
export { findImages } from '../activations/images/image-folder.ts';
export { imagesFromFolder } from '../activations/images/images-from-folder.ts';
export { loadRuntime, type RuntimeChoice } from '../activations/runtime/node-runtime.ts';
export { matchOnThreads, matchThreads } from '../analyses/representations/matching/match-on-threads.ts';
export { fileSource } from '../base/bytes/file-source.ts';
export { type ModelSourceOptions, modelSource } from '../model-files/remote/model-source.ts';
export { diskRunFolder } from '../runs/disk-run-folder.ts';
export { type RunningServer, type ServerOptions, startServer } from '../server/start-server.ts';
export { exportFolder } from '../site-export/export-folder.ts';
export { exportHtml } from '../site-export/export-html.ts';
export { folderStore } from '../study/folder-store.ts';
