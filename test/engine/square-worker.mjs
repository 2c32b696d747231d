import { FormatError } from '#src/base/errors.ts';

/** Squares a number; -1 fails. */
export default function square(task) {
  if (task < 0) throw new FormatError(`No square of ${task}.`, { hint: 'Take a natural number.' });
  return task * task;
}
