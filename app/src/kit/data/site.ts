/** What the page says of itself where it is the landing page of a site that `semblance site` wrote. */
export interface Site {
  /** The study that it offers to open. */
  sample?: { name: string; folder: string; bytes: number };
  /** The ONNX runtime beside it, by which networks are run on the page. */
  runtime?: { folder: string; version: string };
  /** The app in one file, into which a study is put to be downloaded as one page. */
  studyPage?: string;
  /** Whether the reference of the API lies beside it. */
  api: boolean;
}

/** Undefined where the page is shown by the local server or carries a study of its own. */
export function readSite(page: Document): Site | undefined {
  const text = page.querySelector<HTMLMetaElement>('meta[name="semblance-site"]')?.content;
  return text === undefined ? undefined : (JSON.parse(text) as Site);
}

export const site = readSite(document);

/** The address of the sample in the parameter that names a study. */
export const SAMPLE_ID = 'sample';

/**
 * Lets the site work without a network from the second visit on: its service worker keeps what it consists of. Browsers
 * have them for pages over https and on localhost alone; elsewhere the site works as long as its server answers.
 */
export function workOffline(): void {
  if (!site || !navigator.serviceWorker) return;
  offline = navigator.serviceWorker.register('offline.js', { scope: './' }).then(controlled, () => {});
}

let offline: Promise<void> = Promise.resolve();

/**
 * Waits until what is fetched from here on is kept: at the first visit the service worker takes the page over once it has
 * kept the site. Ends at once where it has done so, or never will.
 */
export const offlineReady = (): Promise<void> => offline;

function controlled({ active, installing }: ServiceWorkerRegistration): Promise<void> | void {
  const { serviceWorker } = navigator;
  // One that is active and does not control the page leaves it so: it was loaded past all caches.
  if (serviceWorker.controller || active || !installing) return;
  return new Promise((resolve) => {
    serviceWorker.addEventListener('controllerchange', () => resolve(), { once: true });
    installing.addEventListener('statechange', () => {
      if (installing.state === 'redundant') resolve();
    });
  });
}
