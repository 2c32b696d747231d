/** The readers of model files alone, in Node. */
export { fileSource } from './model-files/file-source.ts';
export * from './readers.ts';
