/**
 * The thread beside a supervised command. It goes on while the command's own thread is busy in one piece: it ends the
 * process when its supervisor is gone, passes on the wish to stop, and reports memory above the limit.
 */
import { Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { MEMORY, STOP, SUPERVISOR_FD } from './link.ts';

export interface WatchdogOptions {
  memory: number | undefined;
}

const LOOKS_MS = 100;

watch(parentPort!, workerData as WatchdogOptions);

function watch(command: NonNullable<typeof parentPort>, { memory }: WatchdogOptions): void {
  const supervisor = new Socket({ fd: SUPERVISOR_FD });
  // Nothing else ends a process whose own thread does not come back.
  const end = (): void => void process.kill(process.pid, 'SIGKILL');
  supervisor.on('data', () => command.postMessage(STOP));
  supervisor.on('end', end);
  supervisor.on('error', end);
  if (memory === undefined) return;
  const look = setInterval(() => {
    const taken = process.memoryUsage.rss();
    if (taken <= memory) return;
    clearInterval(look);
    supervisor.write(`${MEMORY}${taken}\n`);
  }, LOOKS_MS);
}
