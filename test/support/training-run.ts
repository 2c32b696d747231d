import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fileSource } from '#src/base/bytes/file-source.ts';
import type { EpochInput, SplitInput } from '#src/measures/training/epoch-measures.ts';
import type { SplitTemplates, TemplateSet } from '#src/measures/training/split-templates.ts';
import { openModel } from '#src/model-files/open-model.ts';
import type { Matrix32 } from '#src/tensor/matrix.ts';
import { sharedData } from './shared-data.ts';

const SHARED_RUNS = `${sharedData}/runs`;
const SAMPLES = fileURLToPath(new URL('../../samples', import.meta.url));

/** Labels of one of the runs beside the checkout: WordNet ids in class order. */
export function runLabels(run: string): string[] {
  return labelsIn(SHARED_RUNS, run);
}

/** Labels of one of the bundled runs. */
export function sampleLabels(run: string): string[] {
  return labelsIn(SAMPLES, run);
}

function labelsIn(folder: string, run: string): string[] {
  return JSON.parse(readFileSync(`${folder}/${run}/run.json`, 'utf8')).labels;
}

/** One epoch of one of the runs beside the checkout, read whole. */
export function readRunEpoch(run: string, epoch: number): Promise<EpochInput> {
  return readEpoch(SHARED_RUNS, run, epoch);
}

/** One epoch of one of the bundled runs. */
export function readSampleEpoch(run: string, epoch: number): Promise<EpochInput> {
  return readEpoch(SAMPLES, run, epoch);
}

async function readEpoch(folder: string, run: string, epoch: number): Promise<EpochInput> {
  const name = `epoch-${String(epoch).padStart(4, '0')}.safetensors`;
  const file = await openModel(await fileSource(`${folder}/${run}/${name}`));
  const values = async (tensor: string) => (await file.tensors.get(tensor)!.read()).data;
  const matrix = async (tensor: string): Promise<Matrix32> => {
    const { shape, data } = await file.tensors.get(tensor)!.read();
    return { rows: shape[0]!, cols: shape[1]!, data: Float32Array.from(data) };
  };
  const head = await matrix('head.weight');
  const split = async (name: string): Promise<SplitInput> => {
    const set = async (kind: string): Promise<TemplateSet> => ({
      templates: await matrix(`split.${name}.template${kind}`),
      counts: Uint32Array.from(await values(`split.${name}.count${kind}`)),
    });
    // The bundled runs keep the train split, and templates, of some epochs only.
    if (!file.tensors.has(`split.${name}.target`)) return {};
    const predictions = {
      target: await values(`split.${name}.target`),
      prediction: await values(`split.${name}.prediction`),
    };
    if (!file.tensors.has(`split.${name}.template`)) return predictions;
    const templates: SplitTemplates = { all: await set(''), correct: await set('Correct'), wrong: await set('Wrong') };
    return { ...predictions, templates, templateCosine: await values(`split.${name}.templateCosine`) };
  };
  return { epoch, classes: head.rows, head, test: await split('test'), train: await split('train') };
}
