import { loadRuntime } from '../../../activations/runtime/node-runtime.ts';
import { openRowProducts, type RuntimeRowProducts } from '../../../activations/runtime/row-products.ts';
import type { MatchedTile } from '../../../measures/representations/matching/match-tile.ts';
import { doMatchTask, type MatchTask } from './match-in-tiles.ts';

let products: Promise<RuntimeRowProducts> | undefined;

/** Does one task. A thread opens its runtime once. */
export default async function matchTask(task: MatchTask): Promise<MatchedTile> {
  if (task.productsBy === 'kernel') return doMatchTask(task);
  products ??= loadRuntime(task.productsBy).then((runtime) => openRowProducts(runtime));
  const { multiply } = await products;
  return doMatchTask(task, multiply);
}
