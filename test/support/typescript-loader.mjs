/** Loaded with `--import`: worker threads that a test starts read the TypeScript of the source, as the test itself does. */
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
