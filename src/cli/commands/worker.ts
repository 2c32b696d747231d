import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { matchJobs } from '../../analyses/representations/matching/match-job.ts';
import { matchThreads } from '../../analyses/representations/matching/match-on-threads.ts';
import { whole } from '../../base/option-table.ts';
import { VERSION } from '../../base/version.ts';
import { workOnQueue } from '../../engine/queue/queue-worker.ts';
import { redisAddress } from '../../engine/queue/redis-connection.ts';
import { kernelTier } from '../../kernels/shared/wasm-kernel.ts';
import { readValue } from '../arguments/option-flags.ts';
import type { CliIo } from '../terminal/io.ts';

const EXAMPLES = `
Examples:
  semblance worker redis://10.0.0.5:6379 --root /shared
  semblance representations model.onnx --images photos --out /shared/study --engine redis://10.0.0.5:6379 --root /shared

A password is best put into SEMBLANCE_REDIS_PASSWORD. A worker reads files below --root and nowhere else.
`;

export function addWorkerCommand(program: Command, io: CliIo): void {
  const command = program
    .command('worker')
    .description('Match tiles for studies on other machines that were started with --engine, until it is stopped')
    .argument('<engine>', 'the queue, such as redis://host:6379')
    .requiredOption('--root <dir>', 'the folder that all machines share, as this one sees it')
    .option('--threads <n>', 'threads (default: one per core)', (text) => readValue(whole(1), text))
    .option('-q, --quiet', 'print no progress')
    .addHelpText('after', EXAMPLES);
  command.action(async (engine: string) => {
    const {
      root,
      threads = availableParallelism(),
      quiet,
    } = command.opts<{ root: string; threads?: number; quiet?: boolean }>();
    const address = redisAddress(engine, io.env);
    const identity = { version: VERSION, tier: kernelTier() };
    // Apart from this thread, which has to tell Redis that the job goes on.
    const pool = await matchThreads({ threads, apart: true });
    const talk = (text: string): void => {
      if (!quiet) io.stderr(`${text}\n`);
    };
    try {
      talk(`Working for ${address.shown} with ${threads} ${threads === 1 ? 'thread' : 'threads'}; Ctrl+C ends it.`);
      await workOnQueue({
        address,
        identity,
        threads,
        work: matchJobs(resolve(io.cwd, root), identity, (task) => pool.run(task)),
        signal: io.signal,
        onStudy: (queue) => talk(`Takes part in ${queue}.`),
      });
    } finally {
      await pool.close();
    }
  });
}
