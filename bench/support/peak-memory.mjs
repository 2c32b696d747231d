import { existsSync, readFileSync } from 'node:fs';

/** Peak resident memory of this process in bytes. Linux's VmHWM starts anew with the process, which maxRSS does not. */
export function peakMemory() {
  if (!existsSync('/proc/self/status')) return process.resourceUsage().maxRSS * 1024;
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
}
