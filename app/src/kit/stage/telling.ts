import { shownError } from '../data/shown-error.ts';
import { stage } from './stage.svelte.ts';

/** Does what somebody asked for, and tells of what it failed by. */
export async function telling(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { message, hint } = shownError(error);
    stage.say(hint ? `${message} ${hint}` : message);
  }
}
