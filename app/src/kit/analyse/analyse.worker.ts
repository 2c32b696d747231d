import { analyseClasses } from '#src/analyses/classes/analyse-classes.ts';
import { SemblanceError, UsageError } from '#src/base/errors.ts';
import { KNOWN_FORMATS_TEXT } from '#src/model-files/known-formats.ts';
import { memoryStore } from '#src/study/store.ts';
import type { AnalysisReply, AnalysisRequest } from './messages.ts';
import { sortFiles } from './sort-files.ts';

const reply = (message: AnalysisReply): void => postMessage(message);

/** The library's own analysis on files of this machine; nothing leaves the page. */
addEventListener('message', async ({ data }: MessageEvent<AnalysisRequest>) => {
  try {
    const { models, labels, skipped } = await sortFiles(data.files);
    if (models.length === 0)
      throw new UsageError('None of these files is a model that Semblance knows.', {
        hint: `Drop ${KNOWN_FORMATS_TEXT} files, with a text file of class names if you have one.`,
      });
    const request = data.labelSet === undefined ? labels : ({ kind: 'set', id: data.labelSet } as const);
    const files = new Map<string, Uint8Array>();
    const names = models.map(({ name }) => (/\s/.test(name) ? `'${name}'` : name)).join(' ');
    await analyseClasses(
      models.map((source) => ({ source, ...(request ? { labels: request } : {}) })),
      { command: `semblance classes ${names}${labelsFlag(data.labelSet, labels)}` },
      memoryStore(files),
      { onProgress: (progress) => reply({ kind: 'progress', progress }) },
    );
    reply({ kind: 'done', files, skipped });
  } catch (error) {
    const known = error instanceof SemblanceError;
    reply({
      kind: 'failed',
      error: {
        message: error instanceof Error ? error.message : String(error),
        hint: known ? error.hint : undefined,
        file: known ? error.file : undefined,
      },
    });
  }
});

function labelsFlag(set: string | undefined, labels: Awaited<ReturnType<typeof sortFiles>>['labels']): string {
  if (set !== undefined) return ` --labels ${set}`;
  return labels?.kind === 'names' ? ` --labels ${labels.source}` : '';
}
