import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context, Next } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { errorResponse } from './error-response.ts';

/** 32 characters that nobody guesses. */
export function createAccessToken(): string {
  return randomBytes(24).toString('base64url');
}

/**
 * Guards a server that others can reach. `/?token=…` sets a cookie and leads on to the same page without the token, so
 * that it does not stay in the address; every other request must bring the cookie or `Authorization: Bearer …`.
 */
export function requireToken(token: string, port: number) {
  // Cookies do not tell ports apart, so that two servers on one machine need two names.
  const cookie = `semblance-${port}`;
  return async (c: Context, next: Next): Promise<Response | undefined> => {
    const url = new URL(c.req.url);
    if (equal(url.searchParams.get('token') ?? '', token)) {
      url.searchParams.delete('token');
      setCookie(c, cookie, token, { httpOnly: true, sameSite: 'Lax', path: '/' });
      return c.redirect(url.pathname.replace(/^\/+/, '/') + url.search, 302);
    }
    const bearer = /^Bearer (.+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    if (!equal(getCookie(c, cookie) ?? bearer ?? '', token))
      return errorResponse(401, {
        code: 'TOKEN',
        message: 'This server needs the token that stands in the address it printed.',
        hint: 'Open the whole address that the command line printed, with ?token=… at its end.',
      });
    await next();
    return undefined;
  };
}

function equal(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}
