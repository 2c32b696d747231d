import type { ByteSource } from '../../base/bytes/byte-source.ts';
import type { FileBudget } from '../../base/bytes/file-budget.ts';
import { printable } from '../../base/bytes/printable.ts';
import { looksLikeMat5, readMat5 } from '../../formats/mat/read-mat5.ts';
import { findGraphHeads } from '../graph/head-walk.ts';
import type { ModelFile, ModelFormat } from '../model-file.ts';
import { matConvNetGraph } from './matconvnet-graph.ts';

/**
 * MATLAB's `.mat` of version 5 (`save` with -v6 or -v7): all numeric arrays, those within cells and structs by their
 * paths. The layers of a simple network of MatConvNet are followed as a graph. Version 7.3 is told of by other-files.ts.
 */
export const matlabFormat: ModelFormat = {
  name: 'matlab',
  title: 'MATLAB',
  // In the folder of a training run, .mat files are data: they are opened where they are named.
  extensions: [],
  head: { classAxis: 'first' },
  match: looksLikeMat5,
  open: openMatlab,
};

async function openMatlab(source: ByteSource, budget: FileBudget): Promise<ModelFile> {
  const { tensors, texts, left } = await readMat5(source, budget);
  const graph = matConvNetGraph(tensors, texts);
  const shown = left.slice(0, 5).map(printable).join(', ');
  const notes = [
    `What holds no real numbers is left out: ${shown}${left.length > 5 ? ` and ${left.length - 5} more` : ''}.`,
  ];
  return {
    format: 'matlab',
    name: source.name,
    tensors,
    metadata: {},
    ...(left.length > 0 && { notes }),
    ...(graph && (await findGraphHeads(source.name, graph, budget))),
  };
}
