/** The version of this software; a test keeps it equal to package.json. */
export const VERSION = '0.2.0';
