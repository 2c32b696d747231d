import type { FileBudget } from '../../base/bytes/file-budget.ts';
import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError, LimitError } from '../../base/errors.ts';
import type { GraphHead, GraphStop, LinearLayer } from '../model-file.ts';
import { type AxisSlice, type Graph, type GraphNode, producersOf, type RowFactor } from './graph.ts';
import { constantFactor, type PassedFactor, rowFactors } from './row-factors.ts';
import { keptRows } from './slices.ts';
import { type LinearWeight, resolveLinear } from './weight.ts';

/** Tensors that all walks of one file may pass together; real heads are a few nodes behind their output. */
const MAX_STEPS = 500_000;

/** Class rows of a head behind a Slice; ImageNet-21k has 21,841. */
const MAX_CLASSES = 1_000_000;
/** How a walk that ends at joined parts which are no levels of a detector is told of. */
const JOINED_LEVELS = 'a concatenation';
/** Factors of classes between a head and its output; real graphs have one. */
const MAX_FACTORS = 16;
/** Slices between a head and its output; real graphs have one. */
const MAX_SLICES = 16;

/** What the walk found; see `ModelFile` for the meaning of each list. */
export interface GraphHeads {
  readonly graphHeads: readonly GraphHead[];
  readonly linearLayers: readonly LinearLayer[];
  readonly graphStops: readonly GraphStop[];
}

interface FoundHead {
  node: GraphNode;
  weight: LinearWeight;
  output: string;
  path: readonly string[];
  slices: readonly AxisSlice[];
  /** What multiplies the scores class by class on the way. */
  factors: readonly PassedFactor[];
  /** True when a sum of two branches lies between the output and this layer. */
  joined: boolean;
  /** Rows of each anchor, of a level of a detector. */
  perAnchor: number | undefined;
}

/** What one output leads back to. */
interface Walk {
  heads: FoundHead[];
  stops: { op: string; joined: boolean }[];
}

/** A tensor on the way back, with what was passed between the output and it. */
interface Visit {
  tensor: string;
  path: readonly string[];
  slices: readonly AxisSlice[];
  factors: readonly PassedFactor[];
  joined: boolean;
  /** True behind a node that joins levels of a detector. */
  isLevel: boolean;
  /** The last of three axes that the nearest change of shape to the output gives. */
  lastOfThree: number | undefined;
}

const START: Omit<Visit, 'tensor'> = {
  path: [],
  slices: [],
  factors: [],
  joined: false,
  isLevel: false,
  lastOfThree: undefined,
};

/**
 * Walks back from every graph output, through what keeps class and row together, to the linear layers that make the
 * class scores.
 * @throws FormatError when the graph runs in a circle, LimitError when it is larger than any real one.
 */
export async function findGraphHeads(file: string, graph: Graph, shared: FileBudget): Promise<GraphHeads> {
  shared.charge('steps', graph.nodes.length, 'the graph');
  const producers = producersOf(graph.nodes);
  const budget = { left: MAX_STEPS };
  const found: FoundHead[] = [];
  const graphStops: GraphStop[] = [];
  for (const output of graph.outputs) {
    const walk = await walkBack(file, graph, producers, output, budget);
    for (const head of withoutResiduals(file, graph, producers, walk, budget)) found.push(head);
    for (const { op } of walk.stops) graphStops.push({ output, op });
  }
  const upstream = upstreamNodes(file, producers, found, budget);
  return {
    graphHeads: found.map((head) => describe(graph, head, upstream)),
    linearLayers: await listLinearLayers(graph, producers),
    graphStops,
  };
}

async function walkBack(
  file: string,
  graph: Graph,
  producers: ReadonlyMap<string, GraphNode>,
  output: string,
  budget: { left: number },
): Promise<Walk> {
  const heads: FoundHead[] = [];
  const stops: { op: string; joined: boolean }[] = [];
  const active = new Set<string>();
  const done = new Set<string>();
  const stack: (Visit | { leave: string })[] = [{ ...START, tensor: output }];
  while (stack.length > 0) {
    const visit = stack.pop()!;
    if ('leave' in visit) {
      active.delete(visit.leave);
      done.add(visit.leave);
      continue;
    }
    if (active.has(visit.tensor))
      throw new FormatError(`${file}: the graph runs in a circle through tensor ${JSON.stringify(visit.tensor)}.`);
    if (done.has(visit.tensor)) continue;
    spend(file, budget);
    active.add(visit.tensor);
    stack.push({ leave: visit.tensor });

    const node = producers.get(visit.tensor);
    if (!node) {
      const op = graph.constants.has(visit.tensor) ? 'a constant' : 'an input of the graph';
      stops.push({ op, joined: visit.joined });
      continue;
    }
    const linear = await resolveLinear(graph, producers, node);
    if (linear) {
      const { path, slices, factors, joined } = visit;
      const rows = graph.constants.get(linear.tensor)!.shape[linear.classAxis]!;
      checkRows(file, linear.tensor, rows, visit, budget);
      // What multiplies something else than classes is no part of a head.
      const perAnchor = visit.isLevel ? visit.lastOfThree : undefined;
      const isWhole = perAnchor !== undefined && rows % perAnchor === 0 && slices.length + factors.length === 0;
      if (visit.isLevel && !isWhole) stops.push({ op: JOINED_LEVELS, joined });
      else if (factors.length > 0 && !rowFactors(rows, factors, slices)) stops.push({ op: factors[0]!.op, joined });
      else {
        const whole = [...path, ...activated(node)];
        heads.push({ node, weight: linear, output, path: whole, slices, factors, joined, perAnchor });
      }
      continue;
    }
    const next = await stepBack(graph, node, visit);
    if (next.length === 0) stops.push({ op: node.op, joined: visit.joined });
    for (const one of next.reverse()) stack.push(one);
  }
  return { heads, stops };
}

/** The operator, behind the activation that it applies itself. */
function activated({ op, activation }: GraphNode): string[] {
  return activation ? [activation, op] : [op];
}

/** The tensors before `node` that the scores came from; none when the node is not one the walk may pass. */
async function stepBack(graph: Graph, node: GraphNode, visit: Visit): Promise<Visit[]> {
  const { role } = node;
  const path = visit.path.length < 64 ? [...visit.path, ...activated(node)] : visit.path;
  const to = (tensor: string | undefined, more: Partial<Visit> = {}): Visit[] =>
    tensor ? [{ ...visit, path, tensor, ...more }] : [];
  switch (role.kind) {
    case 'pass': {
      const lastOfThree = visit.lastOfThree ?? (await role.lastOfThree?.());
      return to(node.inputs[role.data ?? 0], { lastOfThree });
    }
    case 'levels':
      return [...new Set(node.inputs)].flatMap((name) => to(name, { isLevel: true }));
    case 'sum': {
      let branches = [...new Set(role.inputs.map((i) => node.inputs[i] ?? ''))].filter(
        (name) => name !== '' && !graph.constants.has(name),
      );
      // A bias that is given another shape on its way is a constant still.
      if (branches.length > 1) branches = await withoutConstants(graph, branches);
      return branches.flatMap((name) => to(name, { joined: visit.joined || branches.length > 1 }));
    }
    case 'scale': {
      const [a, b] = role.inputs.map((i) => node.inputs[i] ?? '') as [string, string];
      const isScale = (name: string) => isScalar(graph, name) || role.isScale?.(name) === true;
      if (isScale(b)) return to(a);
      if (isScale(a)) return to(b);
      if (!role.perClass || visit.factors.length >= MAX_FACTORS) return [];
      const divides = role.perClass === 'divides';
      const behind = constantFactor(graph, visit.tensor, b, node.op, divides);
      if (behind) return to(a, { factors: passed(visit, behind) });
      const before = divides ? undefined : constantFactor(graph, visit.tensor, a, node.op, false);
      return before ? to(b, { factors: passed(visit, before) }) : [];
    }
    case 'factor':
      return visit.factors.length < MAX_FACTORS ? to(node.inputs[0], { factors: passed(visit, role.factor) }) : [];
    case 'choice':
      return [...new Set(node.inputs)].filter((name) => !graph.constants.has(name)).flatMap((name) => to(name));
    case 'slice': {
      const bounds = await role.bounds();
      if (!bounds || visit.slices.length > MAX_SLICES) return [];
      const rank = graph.rankOf(visit.tensor);
      const onClasses = bounds.filter((bound) => isClassAxis(graph, bound.axis, rank));
      return to(node.inputs[0], { slices: [...onClasses, ...visit.slices] });
    }
    default:
      return [];
  }
}

async function withoutConstants(graph: Graph, names: readonly string[]): Promise<string[]> {
  const folded = await Promise.all(names.map((name) => graph.fold?.(name)));
  return names.filter((_, i) => folded[i] === undefined);
}

function passed({ factors, slices }: Visit, factor: RowFactor): PassedFactor[] {
  return [{ ...factor, slicesBehind: slices.length }, ...factors];
}

function isScalar(graph: Graph, name: string): boolean {
  const shape = graph.constants.get(name)?.shape;
  return shape?.every((d) => d === 1) === true;
}

/** Classes stand on the last axis of scores, or on the channel axis of a map of scores. */
function isClassAxis(graph: Graph, axis: number, rank: number | undefined): boolean {
  if (rank === undefined) return axis === -1 || axis === 1;
  const fromFront = axis < 0 ? axis + rank : axis;
  return fromFront === (rank === 4 ? graph.channelAxis : rank - 1);
}

/**
 * A sum of two branches is either several heads averaged (LeViT, distilled DeiT: equal shapes, side by side) or the
 * residual connection of a network without a classifier: unequal shapes, one layer before another, or a branch that
 * ends without a layer. The latter gives no heads.
 */
function withoutResiduals(
  file: string,
  graph: Graph,
  producers: ReadonlyMap<string, GraphNode>,
  walk: Walk,
  budget: { left: number },
): FoundHead[] {
  const joined = walk.heads.filter((head) => head.joined);
  if (joined.length === 0) return walk.heads;
  const shapes = new Set(joined.map(({ weight }) => graph.constants.get(weight.tensor)?.shape.join('×')));
  const inRow = upstreamNodes(file, producers, joined, budget);
  const isResidual =
    shapes.size > 1 || walk.stops.some((stop) => stop.joined) || joined.some(({ node }) => inRow.has(node));
  return isResidual ? walk.heads.filter((head) => !head.joined) : walk.heads;
}

/** The linear nodes that lie before the data of another head: their outputs are features, not classes. */
function upstreamNodes(
  file: string,
  producers: ReadonlyMap<string, GraphNode>,
  heads: readonly FoundHead[],
  budget: { left: number },
): Map<GraphNode, string> {
  const layers = new Set(heads.map(({ node }) => node));
  const upstream = new Map<GraphNode, string>();
  if (layers.size < 2) return upstream;
  const seen = new Set<string>();
  const queue = heads.map(({ weight }) => ({ tensor: weight.data, head: weight.tensor }));
  for (let i = 0; i < queue.length; i++) {
    const { tensor, head } = queue[i]!;
    if (tensor === '' || seen.has(tensor)) continue;
    seen.add(tensor);
    spend(file, budget);
    const node = producers.get(tensor);
    if (!node) continue;
    if (layers.has(node) && !upstream.has(node)) upstream.set(node, head);
    for (const input of node.inputs) queue.push({ tensor: input, head });
  }
  return upstream;
}

function describe(graph: Graph, head: FoundHead, upstream: ReadonlyMap<GraphNode, string>): GraphHead {
  const { tensor, classAxis } = head.weight;
  const feeds = upstream.get(head.node);
  const classes = graph.constants.get(tensor)!.shape[classAxis]!;
  return {
    tensor,
    classAxis,
    output: head.output,
    droppedRows: droppedRows(classes, head.slices),
    path: head.path,
    ...(head.perAnchor === undefined ? {} : { perAnchor: head.perAnchor }),
    ...(head.factors.length > 0 && { rowFactors: rowFactors(classes, head.factors, head.slices)! }),
    ...(feeds === undefined ? {} : { feeds }),
  };
}

/** Slices and factors are laid over the rows one by one. */
function checkRows(file: string, tensor: string, rows: number, visit: Visit, budget: { left: number }): void {
  const passes = visit.slices.length + visit.factors.length;
  if (passes === 0) return;
  checkLimit(file, `the number of class rows of ${tensor}`, rows, MAX_CLASSES);
  spend(file, budget, Math.ceil(rows / 1000) * passes);
}

function droppedRows(classes: number, slices: readonly AxisSlice[]): number[] {
  if (slices.length === 0) return [];
  const kept = new Set(keptRows(classes, slices));
  return Array.from({ length: classes }, (_, i) => i).filter((i) => !kept.has(i));
}

async function listLinearLayers(graph: Graph, producers: ReadonlyMap<string, GraphNode>): Promise<LinearLayer[]> {
  const layers = new Map<string, LinearLayer>();
  for (const node of graph.nodes) {
    const weight = await resolveLinear(graph, producers, node);
    if (weight && !layers.has(weight.tensor))
      layers.set(weight.tensor, { tensor: weight.tensor, classAxis: weight.classAxis, input: weight.data });
  }
  return [...layers.values()];
}

function spend(file: string, budget: { left: number }, steps = 1): void {
  budget.left -= steps;
  if (budget.left < 0)
    throw new LimitError(`${file}: the way back from the graph's outputs passes more than ${MAX_STEPS} tensors.`);
}
