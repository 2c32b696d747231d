/** Opens the files named on the command line as `semblance classes` does, with the class names beside them; prints how it ended. */

import { peakMemory } from '../../bench/support/peak-memory.mjs';
import { fileSource } from '../../src/base/bytes/file-source.ts';
import { findClassNames } from '../../src/model-files/class-names.ts';
import { detectHead } from '../../src/model-files/head/detect-head.ts';
import { openModel } from '../../src/model-files/open-model.ts';

const started = process.cpuUsage();
let outcome;
try {
  const source = await fileSource(process.argv[2]);
  const file = await openModel(source);
  const names = await findClassNames(source, file);
  const head = detectHead(file, names ? { classCount: names.names.length } : {});
  await head.readTemplates();
  outcome = { ok: head.tensor };
} catch (error) {
  outcome = { error: error.name, code: error.exitCode, message: error.message };
}
const { user, system } = process.cpuUsage(started);
process.stdout.write(JSON.stringify({ ...outcome, seconds: (user + system) / 1e6, peak: peakMemory() / 2 ** 20 }));
