/** Runs a command under a supervisor: the module of the process that `supervise` starts. */
import { Worker } from 'node:worker_threads';
import { commandLimits } from './command-limits.ts';
import type { WatchdogOptions } from './watchdog.ts';

const argv = process.argv.slice(2);
const controller = new AbortController();
const stop = (): void => controller.abort();
const options: WatchdogOptions = { memory: commandLimits(argv).memory };
const watchdog = new Worker(new URL('./watchdog.js', import.meta.url), { workerData: options });
watchdog.on('message', stop);
watchdog.unref();
// A terminal sends Ctrl+C to the supervisor as well, which counts them and sets the grace.
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
// Loaded last: what stands guard should do so before what is large is read.
const [{ run }, { processIo }] = await Promise.all([import('../main.ts'), import('../terminal/io.ts')]);
process.exitCode = await run(argv, processIo(argv, controller.signal));
