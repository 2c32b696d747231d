import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const fixtures = fileURLToPath(new URL('../fixtures/cases', import.meta.url));
/** The larger files stand only in the optional folder beside the checkout. */
const shared = fileURLToPath(new URL('../../../shared/cases', import.meta.url));

/** Tests on the larger files run where that folder is, and are skipped, counted, where it is not. */
export const hasSharedCases = existsSync(`${shared}/README.md`);

/** Where a case's file is; undefined where it is one of the larger ones and the optional folder is not there. */
export function caseFile(path: string): string | undefined {
  return [fixtures, shared].map((folder) => `${folder}/${path}`).find((found) => existsSync(found));
}
