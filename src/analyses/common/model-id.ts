/** "mobilenet-v2-1-0-224-quant": letters, digits and hyphens, unique in the study. */
export function modelId(name: string, taken: readonly { id: string }[]): string {
  const base =
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'model';
  let id = base;
  for (let k = 2; taken.some((other) => other.id === id); k++) id = `${base}-${k}`;
  return id;
}
