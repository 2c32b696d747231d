import { PIN_LIMITS } from '#src/study/pins/report-pins.ts';
import { pins } from '../../kit/data/pins.svelte.ts';
import { session } from '../../kit/data/session.svelte.ts';
import type { ExportablePanel } from '../../kit/export/panel.ts';
import { stage } from '../../kit/stage/stage.svelte.ts';
import { light } from '../../kit/theme/palette.ts';

/** Puts a panel as it stands into the report of the study, for paper. */
export async function pinPanel(panel: ExportablePanel | undefined): Promise<void> {
  const study = session.state.kind === 'ready' ? session.state.study : undefined;
  if (!panel || !study) return;
  try {
    const { svg } = await panel.figure(light);
    if (svg.length > PIN_LIMITS.svg) {
      stage.say('This view is too large for the report: export it as PNG');
      return;
    }
    const address = location.hash.startsWith('#/') ? location.hash : '#/';
    await pins.add(study, { title: panel.title.slice(0, PIN_LIMITS.title), caption: '', address, svg });
    stage.say(`Pinned to the report: ${panel.title}`);
  } catch (error) {
    stage.say(error instanceof Error ? error.message : String(error));
  }
}
