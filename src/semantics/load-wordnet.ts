import { decodeBase64 } from '../base/base64.ts';
import { unpackWordNet } from './unpack-wordnet.ts';
import type { WordNet } from './wordnet.ts';

let wordnet: Promise<WordNet> | undefined;
let glosses: Promise<Glosses> | undefined;

/** The definitions of WordNet's noun synsets. */
export interface Glosses {
  /** The definition and examples of a synset, as WordNet prints them. */
  of(synset: number): string;
}

/**
 * The noun graph and lemmas of WordNet 3.0, unpacked on the first call (about 1 MB, which bundlers split off) and kept.
 * Works in Node and in browsers, without the network.
 */
export function loadWordNet(): Promise<WordNet> {
  wordnet ??= import('./generated/noun-graph.ts')
    .then(async ({ NOUN_GRAPH }) => unpackWordNet(await inflate(NOUN_GRAPH)))
    .catch((error: unknown) => {
      // In a page the part may fail to arrive; the next call tries again.
      wordnet = undefined;
      throw error;
    });
  return wordnet;
}

/** The glosses: a second part of about 2 MB, loaded only when asked for. */
export function loadGlosses(): Promise<Glosses> {
  glosses ??= import('./generated/noun-glosses.ts')
    .then(async ({ NOUN_GLOSSES }) => unpackGlosses(await inflate(NOUN_GLOSSES)))
    .catch((error: unknown) => {
      glosses = undefined;
      throw error;
    });
  return glosses;
}

async function inflate(base64: string): Promise<Uint8Array> {
  const stream = new Blob([decodeBase64(base64)]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function unpackGlosses(bytes: Uint8Array): Glosses {
  const starts = [0];
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) starts.push(at + 1);
  starts.push(bytes.length + 1);
  const decoder = new TextDecoder();
  return { of: (synset) => decoder.decode(bytes.subarray(starts[synset]!, starts[synset + 1]! - 1)) };
}
