/**
 * Attacks what SECURITY.md promises, each part for a bounded time, on this machine alone:
 *
 *     npm run attack [-- --only values,kills,server,remote] [--seconds 30] [--seed 1]
 *
 * values   JSON of models, labels, studies, lists and runs with other values in it
 * kills    commands ended at random moments by SIGKILL, SIGTERM and Ctrl+C, then run again
 * server   the local server: Host headers, paths, methods, foreign pages, bodies, half-open connections, noise
 * remote   servers of models that lie, break off, go on for ever, compress and redirect
 *
 * Readers of whole model files are attacked by `npm run fuzz`. Needs a build (`npm run build`) for the commands.
 */
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
register('./test/support/typescript-hooks.mjs', `file://${root}`);

const PARTS = ['values', 'kills', 'server', 'remote'];
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: PARTS.join(',') },
    seconds: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
  },
});
const parts = values.only.split(',');
const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
if (!parts.every((part) => PARTS.includes(part)) || !(seconds > 0) || !Number.isSafeInteger(seed)) {
  console.error(`attack: --only lists ${PARTS.join(', ')}; --seconds is above 0, --seed a whole number.`);
  process.exit(2);
}
let failed = false;
for (const part of parts) {
  const { attack } = await import(`./attack/${part}.mjs`);
  const started = performance.now();
  // Each part tells what it did in figures, and each promise that did not hold in a line.
  const { figures, failures } = await attack({ until: started + seconds * 1000, seed });
  failed ||= failures.length > 0;
  const took = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`${part}: ${figures} in ${took} s, ${failures.length} failures`);
  for (const failure of failures.slice(0, 20)) console.log(`  ${failure}`);
}
// Half-open connections may still stand.
process.exit(failed ? 1 : 0);
