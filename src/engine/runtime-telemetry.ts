import { isMainThread } from 'node:worker_threads';

const SWITCH = 'ORT_DISABLE_TELEMETRY';

/**
 * Switches off the telemetry of onnxruntime-node (from 1.30 on it makes a device id in the user's cache folder and looks
 * up a host of Microsoft's). The library reads the switch from the environment of the process when it is loaded, so this
 * comes before that, and overrides whatever the environment said.
 *
 * A worker thread has only a copy of the environment and cannot set the real one: there the main thread must have done
 * it, as `threadPool` does.
 *
 * @returns whether telemetry is off; false in a thread whose main thread did not switch it off.
 */
export function disableRuntimeTelemetry(): boolean {
  if (isMainThread) process.env[SWITCH] = '1';
  return process.env[SWITCH] === '1';
}
