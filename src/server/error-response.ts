import { SemblanceError } from '../base/errors.ts';

/** What the app is told of an error. */
export interface ErrorBody {
  code: string;
  message: string;
  hint?: string | undefined;
  file?: string | undefined;
}

const STATUS: Readonly<Record<string, number>> = { USAGE: 400, SOURCE: 404, FORMAT: 422, UNSUPPORTED: 422, LIMIT: 422 };

/** `{ error: { code, message, hint, file } }` with the given status; never cached. */
export function errorResponse(status: number, error: ErrorBody, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify({ error }), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
  });
}

/** Any error as a response: ours with their own words, others without what they might give away. */
export function responseForError(error: unknown): Response {
  if (error instanceof SemblanceError)
    return errorResponse(STATUS[error.code] ?? 500, {
      code: error.code,
      message: error.message,
      hint: error.hint,
      file: error.file,
    });
  return errorResponse(500, {
    code: 'INTERNAL',
    message: 'The server failed on this request.',
    hint: 'Look at the terminal where Semblance runs.',
  });
}
