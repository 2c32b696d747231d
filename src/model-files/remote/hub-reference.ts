import { UsageError } from '../../base/errors.ts';

/** A model on the hub: `hf:owner/name[@revision][:file]`. */
export interface HubReference {
  /** "owner/name". */
  repository: string;
  /** Branch, tag or commit; "main" when none was given. */
  revision: string;
  /** Path within the repository; undefined when the repository is to be searched for a model. */
  file: string | undefined;
}

const NAME = /^[\w.-]+\/[\w.-]+$/;

/** Whether a text names a model on the hub. */
export function isHubReference(text: string): boolean {
  return text.startsWith('hf:');
}

/**
 * Reads `hf:owner/name[@revision][:file]`.
 * @throws UsageError when it is not of that form.
 */
export function parseHubReference(text: string): HubReference {
  const match = /^hf:([^@:]+)(?:@([^:]+))?(?::(.+))?$/.exec(text);
  const [, repository = '', revision = 'main', file] = match ?? [];
  const plain = (path: string): boolean =>
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
  if (!match || !NAME.test(repository) || !plain(repository) || !plain(revision) || !plain(file ?? 'x'))
    throw new UsageError(`${text}: does not name a model on the hub.`, {
      hint: 'Write hf:owner/name, with @revision and :file where needed, such as hf:timm/resnet50.a1_in1k@main:model.safetensors.',
    });
  return { repository, revision, file };
}
