import type { Tensor } from '../../core/tensor/tensor.ts';
import * as exported from '../../ops/index.ts';
import { FEW_STEPS } from '../accuracy.ts';
import type { Accuracy, Case, OperationCases, OperationName, Suite } from '../case.ts';
import { convCases } from './conv.ts';
import { createCases } from './create.ts';
import { edges } from './edges.ts';
import { elementwiseCases } from './elementwise.ts';
import { lossCases } from './loss.ts';
import { matmulCases } from './matmul.ts';
import { movementCases } from './movement.ts';
import { normalizeCases } from './normalize.ts';
import { randomCases } from './random.ts';
import { reduceCases } from './reduce.ts';

const ops = { ...exported };

const table = {
  ...elementwiseCases,
  ...reduceCases,
  ...matmulCases,
  ...convCases,
  ...lossCases,
  ...normalizeCases,
  ...randomCases,
  ...movementCases,
  ...createCases,
} satisfies Record<OperationName, OperationCases>; // an operation without cases does not compile

type Operation = ((...given: readonly unknown[]) => Tensor) & {
  readonly outputs?: (...given: readonly unknown[]) => readonly Tensor[];
};

/** Calls an operation by name; its by-products are results too. */
function call(name: OperationName, inputs: readonly Tensor[], args: readonly unknown[]): Tensor | readonly Tensor[] {
  // A row holds what its operation takes. The compiler can't match them by name; a wrong row fails its check.
  const operation = ops[name] as Operation;
  const given = name === 'concat' ? [inputs, ...args] : [...inputs, ...args];
  return (operation.outputs ?? operation)(...given);
}

export const operations: readonly Suite[] = (Object.keys(table) as OperationName[]) // the keys of the table, as its type says
  .map((name) => {
    const entry: readonly (Accuracy | Case)[] = table[name];
    const accuracy = entry.find((each): each is Accuracy => 'scale' in each) ?? FEW_STEPS;
    const cases = entry.filter((each): each is Case => !('scale' in each));
    return {
      name,
      call: (inputs, args) => call(name, inputs, args),
      accuracy,
      cases: [...cases, ...(edges[name] ?? [])],
    };
  });
