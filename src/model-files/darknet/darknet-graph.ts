import { FormatError } from '../../base/errors.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import type { Graph, GraphNode, NodeRole } from '../graph/graph.ts';
import type { GraphHead } from '../model-file.ts';
import type { DarknetLayer } from './layers.ts';
import { type Normalisation, weightName } from './place-tensors.ts';

/** What Darknet adds to the deviation before it divides by it. */
const EPSILON = 1e-6;

/** The graph of a configuration, as the head walk needs it. Its output is that of the last layer. */
export function darknetGraph(
  layers: readonly DarknetLayer[],
  tensors: ReadonlyMap<string, TensorEntry>,
  normalised: ReadonlyMap<number, Normalisation>,
): Graph {
  const nodes: GraphNode[] = [];
  for (const layer of layers) {
    const { index, type, activation } = layer;
    const output = outputOf(layers, index);
    let now = activation === undefined ? output : `${output} before ${activation}`;
    const inputs = layer.from.map((at) => outputOf(layers, at));
    const statistics = normalised.get(index);
    const raw = statistics ? `${output} before normalisation` : now;
    nodes.push({
      op: type,
      inputs: layer.weights ? [...inputs, weightName(layer)] : inputs,
      outputs: [raw],
      role: roleOf(layer),
    });
    if (statistics)
      nodes.push({
        op: 'batch_normalize',
        inputs: [raw],
        outputs: [now],
        role: { kind: 'factor', factor: factorOf(statistics) },
      });
    if (activation !== undefined)
      nodes.push({ op: activation, inputs: [now], outputs: [(now = output)], role: { kind: 'pass' } });
  }
  return {
    outputs: [outputOf(layers, layers.length - 1)],
    nodes,
    constants: tensors,
    rankOf: () => undefined,
    channelAxis: 1,
  };
}

function outputOf(layers: readonly DarknetLayer[], index: number): string {
  return index < 0 ? 'the picture' : `${index}.${layers[index]!.type}`;
}

function roleOf({ kind, from, weights }: DarknetLayer): NodeRole {
  if (weights?.groups === 1) return { kind: 'linear', operands: [{ weight: from.length, data: 0, classes: 'first' }] };
  if (kind === 'pass') return { kind };
  return kind === 'sum' ? { kind, inputs: from.map((_, i) => i) } : { kind: 'other' };
}

function factorOf({ scales, variance }: Normalisation) {
  return {
    op: 'batch_normalize',
    count: scales.shape[0]!,
    async read() {
      const [scale, spread] = await Promise.all([scales.read(), variance.read()]);
      return Array.from(scale.data, (value, i) => value / (Math.sqrt(spread.data[i]!) + EPSILON));
    },
  };
}

/**
 * The convolutions before [yolo] and [region] layers: the levels of a detector, whose rows are those of its anchors.
 * @throws FormatError where a convolution has not the rows that the anchors need.
 */
export function detectorLevels(cfg: string, layers: readonly DarknetLayer[]): GraphHead[] {
  return layers.flatMap(({ kind, anchors, type, index }): GraphHead[] => {
    if (kind !== 'detector' || !anchors) return [];
    const layer = layers[index - 1];
    if (!layer?.weights)
      throw new FormatError(`${cfg}: layer ${index} ([${type}]) does not stand behind a convolution.`);
    const { rows, isNormalised } = layer.weights;
    const { count, perAnchor, rowsBefore } = anchors;
    if (rows !== count * perAnchor || isNormalised)
      throw new FormatError(
        isNormalised
          ? `${cfg}: layer ${layer.index} before [${type}] has batch_normalize, which no detector has there.`
          : `${cfg}: layer ${layer.index} has ${rows} filters, but the [${type}] behind it needs ${count * perAnchor}: ${count} anchors of ${rowsBefore} + ${perAnchor - rowsBefore} classes.`,
      );
    return [
      {
        tensor: weightName(layer),
        classAxis: 0,
        output: `the [${type}] layers`,
        droppedRows: [],
        path: [type, layer.type],
        perAnchor,
        rowsBefore,
      },
    ];
  });
}
