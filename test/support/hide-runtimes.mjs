/** Loaded with `--import`: optional runtimes look as if they were not installed. Which, by an environment variable. */
import { register } from 'node:module';

const hidden = JSON.stringify((process.env.HIDDEN_PACKAGES ?? '').split(','));
const hooks = `export async function resolve(specifier, context, next) {
  // A part that is bundled is named by its place.
  if (${hidden}.some((name) => name !== '' && (specifier === name || specifier.includes('/dist/' + name + '/')))) throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
  return next(specifier, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
