/** The policy of what comes out of a study: no script, no frame, no form, an origin of its own. */
export const UNTRUSTED_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'";

/**
 * The headers of every response. Nothing is loaded from elsewhere, nothing here is loaded by other pages, and the page
 * is isolated from others so that it may share memory between its threads. Inline styles stay allowed: the app sets
 * positions and colours by them.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self' blob:",
    "img-src 'self' blob: data:",
    "style-src 'self' 'unsafe-inline'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};
