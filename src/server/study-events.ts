import { basename, resolve } from 'node:path';
import { watch } from 'chokidar';
import { MANIFEST_PATH } from '../study/manifest.ts';

/** Tells open pages that a study changed on disk. */
export interface StudyEvents {
  /** A response that stays open and carries server-sent events: `hello` at once, `changed` with the study's id. */
  subscribe(): Response;
  /** Ends every open response and stops watching. */
  close(): Promise<void>;
}

export interface StudyEventsOptions {
  studies: readonly { id: string; folder: string }[];
  /** Milliseconds between comments that keep the connection from being thought dead. */
  heartbeat?: number;
}

const HEARTBEAT_MS = 15_000;

/** Watches each study's manifest, which an analysis writes last. */
export async function studyEvents({ studies, heartbeat = HEARTBEAT_MS }: StudyEventsOptions): Promise<StudyEvents> {
  const open = new Set<ReadableStreamDefaultController<Uint8Array>>();
  const encoder = new TextEncoder();
  const send = (text: string): void => {
    const bytes = encoder.encode(text);
    for (const controller of open) controller.enqueue(bytes);
  };
  const watchers = await Promise.all(
    studies.map(({ id, folder }) =>
      watchManifest(folder, () => send(`event: changed\ndata: ${JSON.stringify({ study: id })}\n\n`)),
    ),
  );
  const timer = setInterval(() => send(': still here\n\n'), heartbeat);
  timer.unref();

  return {
    subscribe() {
      let own: ReadableStreamDefaultController<Uint8Array>;
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          own = controller;
          open.add(own);
          const hello = JSON.stringify({ studies: studies.map((study) => study.id) });
          own.enqueue(encoder.encode(`retry: 1000\nevent: hello\ndata: ${hello}\n\n`));
        },
        cancel: () => void open.delete(own),
      });
      return new Response(body, {
        headers: { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store' },
      });
    },
    async close() {
      clearInterval(timer);
      for (const controller of open) controller.close();
      open.clear();
      await Promise.all(watchers.map((watcher) => watcher.close()));
    },
  };
}

/** The folder is watched rather than the file: the file is replaced by renaming, which ends a watch on it. */
async function watchManifest(folder: string, onChange: () => void) {
  const watcher = watch(folder, {
    depth: 0,
    ignoreInitial: true,
    ignored: (path, stats) => Boolean(stats?.isFile()) && basename(path) !== MANIFEST_PATH,
  });
  const changed = (path: string): void => {
    if (resolve(path) === resolve(folder, MANIFEST_PATH)) onChange();
  };
  watcher.on('add', changed).on('change', changed);
  await new Promise<void>((settle) => {
    // Without watching (no more inotify handles, a network drive) the study is still shown; it is only not live.
    watcher.once('ready', () => settle()).on('error', () => settle());
  });
  return watcher;
}
