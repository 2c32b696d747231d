import * as z from 'zod/mini';
import { UsageError } from '../../base/errors.ts';
import { PIN_LIMITS, pinSchema, type ReportPin } from './report-pins.ts';

const { id, caption } = pinSchema.shape;
/** The pin that something is put before; without one, or where that pin is gone, it comes last. */
const before = z.optional(id);

const changeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('add'), pin: pinSchema, before }),
  z.strictObject({ kind: z.literal('remove'), id }),
  z.strictObject({ kind: z.literal('caption'), id, caption }),
  z.strictObject({ kind: z.literal('move'), id, before }),
]);

/** What becomes of one pin. Changes rather than lists are sent, so that two pages that pin keep what both did. */
export type PinChange = z.infer<typeof changeSchema>;

/**
 * Checks a change that was sent.
 * @throws UsageError saying what is wrong with it.
 */
export function checkPinChange(value: unknown): PinChange {
  const parsed = changeSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const place = issue.path.length === 0 ? 'the top level' : issue.path.map(String).join(' → ');
  throw new UsageError(`The change of a report's pins is not as it should be: ${place}: ${issue.message}.`, {
    hint: 'Send one of { kind: "add", pin, before }, { kind: "remove", id }, { kind: "caption", id, caption } and { kind: "move", id, before }.',
  });
}

/**
 * The pins after a change. One that was made before, or is of a pin that is gone, changes nothing.
 * @throws UsageError when there are too many pins, or too large ones, for another.
 */
export function changedPins(pins: readonly ReportPin[], change: PinChange): readonly ReportPin[] {
  switch (change.kind) {
    case 'add':
      if (pins.some((pin) => pin.id === change.pin.id)) return pins;
      checkRoom(pins, change.pin);
      return placed(pins, change.pin, change.before);
    case 'remove':
      return pins.filter((pin) => pin.id !== change.id);
    case 'caption':
      return pins.map((pin) => (pin.id === change.id ? { ...pin, caption: change.caption } : pin));
    case 'move': {
      const moved = pins.find((pin) => pin.id === change.id);
      if (!moved || change.before === change.id) return pins;
      return placed(
        pins.filter((pin) => pin !== moved),
        moved,
        change.before,
      );
    }
  }
}

function placed(pins: readonly ReportPin[], pin: ReportPin, before: string | undefined): ReportPin[] {
  const at = before === undefined ? -1 : pins.findIndex(({ id }) => id === before);
  return at < 0 ? [...pins, pin] : [...pins.slice(0, at), pin, ...pins.slice(at)];
}

function checkRoom(pins: readonly ReportPin[], added: ReportPin): void {
  const hint = 'Take some views out of the report.';
  if (pins.length >= PIN_LIMITS.pins)
    throw new UsageError(`A report holds at most ${PIN_LIMITS.pins} views.`, { hint });
  const size = [...pins, added].reduce((sum, { svg }) => sum + svg.length, 0);
  if (size > PIN_LIMITS.svgs)
    throw new UsageError(
      `The views of a report take at most ${PIN_LIMITS.svgs / 1e6} MB; with this one they would take ${(size / 1e6).toFixed(1)} MB.`,
      { hint },
    );
}
