/** Writes docs/population.schema.json from the schema that reads population files. Run after a build. */
import { writeFileSync } from 'node:fs';
import { populationJsonSchema } from '../dist/analyses/classes/population-file.js';

writeFileSync(
  new URL('../docs/population.schema.json', import.meta.url),
  `${JSON.stringify(populationJsonSchema(), null, 2)}\n`,
);
