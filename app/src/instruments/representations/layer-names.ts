/**
 * Names of layers for tight places: without what exporters put around them ("/c/c.2/Relu_output_0" becomes "c/c.2/Relu"),
 * as long as no two become the same.
 */
export function shortLayerNames(names: readonly string[]): string[] {
  const short = names.map((name) => name.replace(/^\/+/, '').replace(/_output_0$/, '') || name);
  return new Set(short).size === names.length ? short : [...names];
}
