import { fileURLToPath } from 'node:url';

/** The built app that the server shows, beside the built command line. */
export const APP_FOLDER = fileURLToPath(new URL('../../app/', import.meta.url));

/** The app as one page, into which an export puts a study. */
export const APP_PAGE = fileURLToPath(new URL('../../app-single/index.html', import.meta.url));

/** The documentation as pages, the pictures and schemas that these show, and in a checkout the reference of the API. */
export const DOCS_FOLDER = fileURLToPath(new URL('../../docs/', import.meta.url));
export const DOCS_ASSETS = fileURLToPath(new URL('../../../docs/', import.meta.url));
export const API_FOLDER = fileURLToPath(new URL('../../../build/docs/api/', import.meta.url));

/** The ONNX runtime that comes with the package. */
export const RUNTIME_FOLDER = fileURLToPath(new URL('../../onnxruntime-web/', import.meta.url));
