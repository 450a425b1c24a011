import { innerScope } from '../../core/tensor/lifetime.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import type { Batch } from '../../data/dataset/dataset.ts';
import { type Layer, withForwardHook } from '../../nn/network/layer.ts';
import { isolated } from '../../nn/network/network.ts';
import { add } from '../../ops/elementwise/binary.ts';
import type { Trainable } from '../trainable.ts';
import { lossAndGradients } from './trainStep.ts';

/** The intermediate results of one training step. */
export interface Inspection {
  /** The loss including penalties, a scalar. */
  readonly loss: Tensor;
  /** The output of each layer and its name, in the order of computation. */
  readonly outputs: readonly { readonly layer: Layer; readonly name: string; readonly output: Tensor }[];
  /** The gradient of each trainable weight and its name, in the order of the layers. */
  readonly gradients: readonly { readonly name: string; readonly gradient: Tensor }[];
}

export function disposeInspection({ loss, outputs, gradients }: Inspection): void {
  for (const t of [loss, ...outputs.map(({ output }) => output), ...gradients.map(({ gradient }) => gradient)])
    t.dispose();
}

/** Computes a training step on a batch up to its update, uncaptured and layer by layer. */
export function inspect(trainable: Trainable, batch: Batch): Inspection {
  const { network } = trainable;
  return innerScope(() =>
    isolated(network, () => {
      const outputs: { layer: Layer; name: string; output: Tensor }[] = [];
      const { loss, penalty, parameters, gradients } = withForwardHook(
        (layer, { output }) => outputs.push({ layer, name: network.names[network.layers.indexOf(layer)], output }),
        () => lossAndGradients(trainable, batch),
      );
      return {
        loss: penalty ? add(loss.value, penalty) : loss.value,
        outputs,
        gradients: gradients.map((gradient, i) => ({ name: network.nameOf(parameters[i]), gradient })),
      };
    }),
  );
}
