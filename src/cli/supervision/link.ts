/** The file descriptor of the socket between a supervisor and its command. */
export const SUPERVISOR_FD = 3;

/** What the supervisor writes when the command should come to its end. */
export const STOP = 'stop\n';

/** What the watchdog writes, with a number of bytes before the line's end, when the process takes too much memory. */
export const MEMORY = 'memory ';
