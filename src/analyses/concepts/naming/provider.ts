import { encodeBase64 } from '../../../base/base64.ts';
import { FormatError, SourceError, UsageError } from '../../../base/errors.ts';

export const NAMING_PROVIDERS = ['openai', 'anthropic'] as const;
export type NamingProvider = (typeof NAMING_PROVIDERS)[number];

/** Where questions go, and what is told there of who asks. */
export interface NamingService {
  provider: NamingProvider;
  model: string;
  /** Base address, such as "https://api.openai.com/v1"; of any service that speaks the same language. */
  endpoint: string;
  key: string;
}

/** Of each provider the usual address and the environment variable with the key. */
const USUAL: Record<NamingProvider, { endpoint: string; variable: string }> = {
  openai: { endpoint: 'https://api.openai.com/v1', variable: 'OPENAI_API_KEY' },
  anthropic: { endpoint: 'https://api.anthropic.com/v1', variable: 'ANTHROPIC_API_KEY' },
};

/** Longest answer that is asked for and read. */
const MAX_TOKENS = 600;
const MAX_ANSWER_BYTES = 2 ** 20;
const TIMEOUT_MS = 120_000;

/**
 * The service that a person asks for. The key comes from the environment and is never stored.
 *
 * @throws UsageError without a model, for an address that is no http(s) URL, or without a key (none is needed where an
 *   endpoint of one's own is named).
 */
export function namingService(
  provider: NamingProvider,
  model: string | undefined,
  endpoint: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): NamingService {
  const { endpoint: usual, variable } = USUAL[provider];
  if (!model)
    throw new UsageError('Which model is to be asked was not said.', { hint: 'Name it with --name-model MODEL.' });
  const key = env[variable] ?? '';
  if (key === '' && endpoint === undefined)
    throw new UsageError(`${variable} is not set, and ${provider} needs a key.`, {
      hint: `Set ${variable}, or name a service of your own with --name-endpoint URL.`,
    });
  const base = (endpoint ?? usual).replace(/\/+$/, '');
  if (!/^https?:\/\//.test(base))
    throw new UsageError(`--name-endpoint must be an http or https address; found ${base}.`);
  return { provider, model, endpoint: base, key };
}

/**
 * Asks about one picture (PNG) and gives back the text of the answer.
 *
 * @throws SourceError when the service cannot be reached or refuses; FormatError when its answer cannot be read.
 */
export async function askService(
  service: NamingService,
  prompt: string,
  picture: Uint8Array,
  fetchLike: typeof fetch,
  signal?: AbortSignal,
): Promise<string> {
  const { url, headers, body } = requestOf(service, prompt, encodeBase64(picture));
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetchLike(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      // Pictures go to the address that was named and to no other.
      redirect: 'error',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new SourceError(`${url} cannot be reached (${(cause as Error).message}).`, { cause });
  }
  const text = await limitedText(response, url);
  if (!response.ok)
    throw new SourceError(`${url} answered ${response.status}: ${messageOf(text)}`, {
      hint:
        response.status === 401 || response.status === 403
          ? 'Check the key in the environment.'
          : 'Check the model and the endpoint.',
    });
  return answerOf(service.provider, text, url);
}

function requestOf({ provider, model, endpoint, key }: NamingService, prompt: string, data: string) {
  if (provider === 'openai')
    return {
      url: `${endpoint}/chat/completions`,
      headers: { ...(key !== '' && { authorization: `Bearer ${key}` }) },
      body: {
        model,
        max_completion_tokens: MAX_TOKENS,
        messages: [
          {
            role: 'user',
            content: [
              { type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } },
              { type: 'text', text: prompt },
            ],
          },
        ],
      },
    };
  return {
    url: `${endpoint}/messages`,
    headers: { 'anthropic-version': '2023-06-01', ...(key !== '' && { 'x-api-key': key }) },
    body: {
      model,
      max_tokens: MAX_TOKENS,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data } },
            { type: 'text', text: prompt },
          ],
        },
      ],
    },
  };
}

async function limitedText(response: Response, url: string): Promise<string> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.length > MAX_ANSWER_BYTES)
    throw new FormatError(`${url}: the answer has ${bytes.length} bytes, which is no answer.`);
  return new TextDecoder().decode(bytes);
}

function answerOf(provider: NamingProvider, text: string, url: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(`${url}: the answer is not JSON.`, { cause });
  }
  const answer =
    provider === 'openai'
      ? (value as { choices?: { message?: { content?: unknown } }[] } | null)?.choices?.[0]?.message?.content
      : (value as { content?: { type?: string; text?: unknown }[] } | null)?.content?.find(
          ({ type }) => type === 'text',
        )?.text;
  if (typeof answer === 'string' && answer.trim() !== '') return answer.trim();
  throw new FormatError(`${url}: the answer holds no text where ${provider} puts it.`, {
    hint: 'Check that the endpoint speaks the language of this provider.',
  });
}

/** What a refusal says, in one short line. */
function messageOf(text: string): string {
  let message = text;
  try {
    message = String((JSON.parse(text) as { error?: { message?: unknown } }).error?.message ?? text);
  } catch {
    // Not JSON: shown as it is.
  }
  return message.replaceAll(/\s+/g, ' ').slice(0, 300);
}
