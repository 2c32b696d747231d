import { fileURLToPath } from 'node:url';

/** The built app that the server shows, beside the built command line. */
export const APP_FOLDER = fileURLToPath(new URL('../../app/', import.meta.url));

/** The app as one page, into which an export puts a study. */
export const APP_PAGE = fileURLToPath(new URL('../../app-single/index.html', import.meta.url));
