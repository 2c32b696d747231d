/** The readers of model files alone, in Node. */
export { fileSource } from './base/bytes/file-source.ts';
export * from './readers.ts';
