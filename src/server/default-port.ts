/** Where the server begins to look for a free port. */
export const DEFAULT_PORT = 7462;
