// Gradients of small graphs, by the tape.
import { add, mul, scope, type Tensor, valueAndGrad } from '../../src/node.ts';
import { Case, outputsOf, type Translation } from './case.ts';

const operations: Readonly<Record<string, (a: Tensor, b: Tensor) => Tensor>> = { add, mul };

interface GraphNode {
  readonly id: string;
  readonly op: string;
  readonly in: readonly [string, string];
}

export const runGraphCase: Translation = async (given) => {
  const c = new Case(given);
  const graph = given.attrs.graph as readonly GraphNode[]; // as the format of these cases says
  if (graph.some(({ op }) => operations[op] === undefined)) return null;
  return scope(async () => {
    const sources = c.tensors();
    const values = new Map(c.names.map((name, i) => [name, sources[i]]));
    const node = (id: string): Tensor => {
      const value = values.get(id);
      if (value === undefined) throw new Error(`${given.name}: no node ${id}`);
      return value;
    };
    const { value, grads } = valueAndGrad(() => {
      for (const { id, op, in: inputs } of graph) {
        const [a, b] = inputs.map(node);
        values.set(id, operations[op](a, b));
      }
      return node(c.text('loss'));
    }, sources);
    return outputsOf({ loss: value, ...Object.fromEntries(grads.map((grad, i) => [`grad:${c.names[i]}`, grad])) });
  });
};
