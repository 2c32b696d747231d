import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The optional folder of real models, images and runs beside the checkout; see CONTRIBUTING.md. */
export const sharedData = fileURLToPath(new URL('../../../shared/data', import.meta.url));

/** Tests on real data run where that folder is, and are skipped, counted, where it is not. */
export const hasSharedData = existsSync(`${sharedData}/README.md`);
