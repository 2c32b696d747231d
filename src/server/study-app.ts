import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { SemblanceError, SourceError, UsageError } from '../base/errors.ts';
import { requireToken } from './access-token.ts';
import { appFile, NOT_BUILT_PAGE } from './app-files.ts';
import type { ByteCache } from './byte-cache.ts';
import { errorResponse, responseForError } from './error-response.ts';
import {
  isTakenPath,
  noteBodyLimit,
  pinBodyLimit,
  sendNotes,
  sendPins,
  takeName,
  takeNote,
  takePinChange,
} from './note-routes.ts';
import { type Content, sendContent } from './send-content.ts';
import type { ServedStudy } from './served-study.ts';
import type { StudyEvents } from './study-events.ts';

export interface StudyAppOptions {
  studies: readonly ServedStudy[];
  appFolder: string;
  cache: ByteCache;
  events: StudyEvents;
  /** Whether the Host header names this server. */
  isOurHost: (header: string | undefined) => boolean;
  port: number;
  /** Set when others than this machine can reach the server. */
  token?: string | undefined;
  /** Told of failures that are not the client's. */
  onError: (error: unknown) => void;
}

type Env = { Bindings: HttpBindings };

/** The routes of the local server: the app, the studies it shows, and news of their changes. Only notes, pins and names are taken in. */
export function studyApp(options: StudyAppOptions): Hono<Env> {
  const { studies, appFolder, cache, events, isOurHost, port, token, onError } = options;
  const app = new Hono<Env>();

  app.use(async (c, next) => {
    if (!isOurHost(c.req.header('host')))
      return errorResponse(403, {
        code: 'HOST',
        message: `This server does not answer to the name ${JSON.stringify(c.req.header('host') ?? '')}.`,
        hint: `Use the address that the command line printed, such as http://127.0.0.1:${port}/.`,
      });
    const takes = isTakenPath(new URL(c.req.url).pathname);
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD' && !(takes && c.req.method === 'POST'))
      return errorResponse(
        405,
        { code: 'METHOD', message: `${c.req.method} is not allowed; this server only shows.` },
        { Allow: takes ? 'GET, HEAD, POST' : 'GET, HEAD' },
      );
    return next();
  });
  if (token !== undefined) app.use(requireToken(token, port));

  app.get('/api/studies', async (c) => {
    const list = await Promise.all(
      studies.map(async (study) => ({
        id: study.id,
        name: await study.name(),
        // Where it lies on this disk is nobody's business elsewhere.
        ...(token === undefined ? { path: study.folder } : {}),
      })),
    );
    return c.json(list, 200, { 'Cache-Control': 'no-store' });
  });
  app.get('/api/home', async (c) => {
    const list = await Promise.all(
      studies.map(async (study) => ({ id: study.id, ...(await study.summary().catch(brokenStudy(study))) })),
    );
    return c.json(list, 200, { 'Cache-Control': 'no-store' });
  });
  app.get('/api/events', (c) =>
    // A HEAD request must not leave a stream open that nobody reads.
    c.req.method === 'HEAD' ? c.body(null, 200, { 'Content-Type': 'text/event-stream' }) : events.subscribe(),
  );

  for (const base of ['/api/study', '/api/studies/:id']) {
    const send =
      (find: (study: ServedStudy, rest: string) => Promise<Content>, prefix: string) => async (c: Context) => {
        const study = findStudy(studies, c.req.param('id'));
        const path = c.req.param('id') === undefined ? prefix : prefix.replace(':id', c.req.param('id')!);
        return sendContent(c, await find(study, pathBehind(c, path)), cache);
      };
    app.get(
      `${base}/study.json`,
      send((study) => study.manifest(), `${base}/study.json`),
    );
    app.get(
      `${base}/files/*`,
      send((study, path) => study.file(path), `${base}/files/`),
    );
    app.get(
      `${base}/display/*`,
      send((study, path) => study.display(path), `${base}/display/`),
    );
    app.get(
      `${base}/row/*`,
      send((study, path) => {
        const { array, row } = splitRow(path);
        return study.row(array, row);
      }, `${base}/row/`),
    );
    app.get(`${base}/notes`, (c) => sendNotes(c, findStudy(studies, c.req.param('id'))));
    app.post(`${base}/notes`, noteBodyLimit, (c) => takeNote(c, findStudy(studies, c.req.param('id'))));
    app.get(`${base}/report`, (c) => sendPins(c, findStudy(studies, c.req.param('id'))));
    app.post(`${base}/report`, pinBodyLimit, (c) => takePinChange(c, findStudy(studies, c.req.param('id'))));
    app.post(`${base}/name`, noteBodyLimit, (c) => takeName(c, findStudy(studies, c.req.param('id'))));
  }
  app.all('/api/*', (c) => notFound(c));

  app.get('*', async (c) => {
    const path = pathBehind(c, '/');
    const content = await appFile(appFolder, path);
    if (content) return sendContent(c, content, cache);
    if (path === '') return c.html(NOT_BUILT_PAGE, 503, { 'Cache-Control': 'no-store' });
    return notFound(c);
  });

  app.onError((error) => {
    if (!(error instanceof SemblanceError)) onError(error);
    return responseForError(error);
  });
  return app;
}

/** A study that cannot be read stays in the list, with why. */
function brokenStudy(study: ServedStudy) {
  return async (error: unknown) => {
    if (!(error instanceof SemblanceError)) throw error;
    const nothing = {
      instruments: [],
      models: [],
      classes: null,
      images: null,
      picture: null,
      changed: null,
      bytes: null,
    };
    return { name: await study.name(), ...nothing, error: error.message };
  };
}

function notFound(c: Context): Response {
  return errorResponse(404, { code: 'NOT_FOUND', message: `There is nothing at ${JSON.stringify(c.req.path)}.` });
}

function findStudy(studies: readonly ServedStudy[], id: string | undefined): ServedStudy {
  const study = id === undefined ? studies[0] : studies.find((candidate) => candidate.id === id);
  if (!study)
    throw new SourceError(`No study with the id ${JSON.stringify(id)} is shown here.`, {
      hint:
        studies.length === 0
          ? 'None is shown yet: drop a model file on the page, or make one with "semblance classes MODEL".'
          : `Shown are: ${studies.map((candidate) => candidate.id).join(', ')}.`,
    });
  return study;
}

/**
 * What follows `prefix` in the path as the client sent it, decoded once. The router sees a path with its dots already
 * resolved; here they must be seen, so that a path which climbs is refused and not quietly turned into another.
 */
function pathBehind(c: Context, prefix: string): string {
  const target = (c.env as HttpBindings).incoming.url ?? '';
  const path = target.split(/[?#]/, 1)[0]!;
  if (!path.startsWith(prefix)) throw new UsageError(`The path ${JSON.stringify(path)} is not in its plain form.`);
  try {
    return decodeURIComponent(path.slice(prefix.length));
  } catch {
    throw new UsageError(`The path ${JSON.stringify(path)} is not properly percent-encoded.`);
  }
}

function splitRow(path: string): { array: string; row: number } {
  const match = /^(.+)\/(\d{1,9})$/.exec(path);
  if (!match)
    throw new UsageError(`${JSON.stringify(path)} does not end in the number of a row, as in row/PATH.npy/12.`);
  return { array: match[1]!, row: Number(match[2]) };
}
