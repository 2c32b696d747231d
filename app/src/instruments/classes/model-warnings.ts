import type { ClassModel } from '#src/study/classes-section.ts';

/** What is to be said of this model and not of all models of the study alike. */
export function ownWarnings(models: readonly ClassModel[], model: ClassModel): string[] {
  return model.warnings.filter(
    (warning) => !isAssumption(warning) || !models.every((other) => other.warnings.some(isAssumption)),
  );
}

/** A note on what was taken for granted, rather than a sign that something is wrong. */
export function isAssumption(warning: string): boolean {
  return warning.startsWith('Assumed ') || warning.startsWith('Not from classifier weights');
}
