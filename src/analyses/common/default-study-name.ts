/** Name of a study of these models: both of two, or the first one's with the number of others. */
export function defaultStudyName(models: readonly { name: string }[]): string {
  const [first, second] = models.map(({ name }) => name);
  if (models.length === 2) return first === second ? first! : `${first} and ${second}`;
  return models.length < 2 ? first! : `${first} and ${models.length - 1} more`;
}
