import { byName, checkValues, listOf, required } from '../core/checks.ts';
import { ValueError } from '../core/errors.ts';
import type { Loss, LossFunction } from '../nn/losses/defineLoss.ts';
import type { Metric } from '../nn/losses/defineMetric.ts';
import { getLoss, getMetric } from '../nn/losses/get.ts';
import type { Network } from '../nn/network/network.ts';
import { getOptimizer, type Optimizer } from '../optim/index.ts';

/** Options of `compile`. */
export interface CompileOptions {
  /** An optimizer, or its name for the default options; default `rmsprop`, as in Keras. */
  readonly optimizer?: Optimizer | string;
  /** The loss to minimize: a loss, its name, or a function of targets and outputs. */
  readonly loss: Loss | LossFunction | string;
  /** Metrics to report besides the loss: metrics, losses, or their names; default none. */
  readonly metrics?: readonly (Metric | string)[];
}

/** What a training loop needs: a network, and what `compile` set for it. */
export interface Trainable {
  readonly network: Network;
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly metrics: readonly Metric[];
}

/** A network with an optimizer, a loss and metrics. @throws ValueError if a name is unknown. */
export function trainableOf(network: Network, options: CompileOptions): Trainable {
  checkValues('compile', options, {
    optimizer: byName,
    loss: required(byName),
    metrics: listOf(byName, "a list such as ['accuracy']"),
  });
  const { optimizer = 'rmsprop', loss, metrics = [] } = options;
  return {
    network,
    optimizer: getOptimizer(optimizer),
    loss: getLoss(loss),
    metrics: metrics.map((metric) => getMetric(metric)),
  };
}

const inTraining = new WeakSet<Network>();

/** Rejects a network that another call is training: both would change the same weights. */
export function checkIdle(op: string, network: Network): void {
  if (!inTraining.has(network)) return;
  throw new ValueError({
    op,
    got: 'a model that another call is training',
    expected: 'one call at a time',
    fix: 'Await that call first; to stop fit early, set model.stopTraining = true.',
  });
}

/** Runs `body` as the only call that trains a network. @throws ValueError if another one does. */
export async function whileTraining<R>(op: string, network: Network, body: () => Promise<R>): Promise<R> {
  checkIdle(op, network);
  inTraining.add(network);
  try {
    return await body();
  } finally {
    inTraining.delete(network);
  }
}
