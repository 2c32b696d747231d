import { untrack } from 'svelte';
import { router } from '../kit/url/router.svelte.ts';
import type { MapScene } from './map-scene.svelte.ts';
import { fitViewport, formatViewport, isFit, parseViewport, snapViewport } from './viewport.ts';

const VIEW_RESTS_AFTER = 250;

/**
 * Keeps what a map shows in the parameter `view`: the view follows the address (links, back and forward), and the address
 * follows the view once it rests. Call during component initialisation.
 */
export function keepViewInAddress(scene: MapScene): void {
  const viewInAddress = $derived(router.params.view);
  $effect(() => {
    const wanted = parseViewport(viewInAddress, scene.n) ?? fitViewport(scene.n);
    untrack(() => {
      if (formatViewport(wanted) !== formatViewport(scene.viewport)) scene.viewport = wanted;
    });
  });
  $effect(() => {
    const text = isFit(scene.viewport, scene.n) ? undefined : formatViewport(scene.viewport);
    const timer = setTimeout(() => {
      if (text === router.params.view) return;
      scene.viewport = snapViewport(scene.viewport);
      router.set({ view: text }, { replace: true });
    }, VIEW_RESTS_AFTER);
    return () => clearTimeout(timer);
  });
}
