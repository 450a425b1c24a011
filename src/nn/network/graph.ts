import { ShapeError, ValueError } from '../../core/errors.ts';
import { type Applicable, type Layer, SymbolicTensor, symbolic } from './layer.ts';

/** A graph as a list: each node after those that it takes, which it names by their positions. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly inputs: readonly number[];
  readonly output: number;
}

export interface GraphNode {
  /** None where a sequential model takes its samples in. */
  readonly layer: Layer | undefined;
  readonly inputs: readonly number[];
}

/** The layers of a graph applied to other inputs. @throws ShapeError for more or fewer of them than it has. */
export function applyGraph({ nodes, inputs, output }: Graph, to: Applicable | readonly Applicable[]): SymbolicTensor {
  const given = [to].flat().map(symbolic);
  if (given.length !== inputs.length) {
    throw new ShapeError({
      op: 'model',
      got: `${given.length} inputs`,
      expected: `${inputs.length}, as the model has them`,
      fix: 'Apply it to a list with one for each, in the order of its inputs.',
    });
  }
  const places: SymbolicTensor[] = [];
  nodes.forEach(({ layer, inputs: from }, node) => {
    const input = inputs.indexOf(node);
    places[node] =
      input >= 0
        ? given[input]
        : new SymbolicTensor(
            layer,
            from.map((other) => places[other]),
          );
  });
  return places[output];
}

/** The graph between inputs and output. @throws ValueError if it has other inputs too, or fewer. */
export function graphOf(inputs: readonly SymbolicTensor[], output: SymbolicTensor): Graph {
  const found = new Set([output]);
  for (const place of found) for (const input of place.inputs) found.add(input);
  const places = [...found].sort((a, b) => a.order - b.order);
  const position = new Map(places.map((place, i) => [place, i]));
  const positions = (of: readonly SymbolicTensor[]): number[] => of.flatMap((place) => position.get(place) ?? []);
  const graph = {
    nodes: places.map(({ layer, inputs }) => ({ layer, inputs: positions(inputs) })),
    inputs: positions(inputs),
    output: places.indexOf(output),
  };
  const beginnings = places.filter((place) => place.inputs.length === 0);
  const forgotten = beginnings.filter((place) => !inputs.includes(place)).length;
  if (forgotten > 0 || new Set(graph.inputs).size !== inputs.length || beginnings.length !== inputs.length) {
    throw new ValueError({
      op: 'model',
      got: `${inputs.length} inputs, while the output comes from ${beginnings.length}${forgotten > 0 ? `, ${forgotten} of them others` : ''}`,
      expected: 'every input layer that the output comes from, and no more',
      fix: 'List these input layers as inputs.',
    });
  }
  return graph;
}

/** Kinds of layers that hand numbers on as they are, or 0. */
const VALUE_PRESERVING = ['flatten', 'reshape', 'dropout', 'spatialDropout2d', 'concatenate'];

/** How many rows the table has that an input's numbers stand for, if a layer takes them as such. */
export function vocabularyOf({ nodes, inputs }: Graph, input = 0): number | undefined {
  const same = new Set([inputs[input]]); // nodes with the numbers of the input
  let smallest: number | undefined;
  nodes.forEach(({ layer, inputs: from }, node) => {
    if (layer === undefined || !from.some((other) => same.has(other))) return;
    if (VALUE_PRESERVING.includes(layer.kind)) same.add(node);
    if (layer.vocabulary !== undefined) smallest = Math.min(layer.vocabulary, smallest ?? layer.vocabulary);
  });
  return smallest;
}

/** Whether each node takes the one before it, each with a layer of its own. */
export const isSequential = ({ nodes }: Graph): boolean =>
  nodes.every(({ inputs }, i) => (i === 0 ? inputs.length === 0 : inputs.length === 1 && inputs[0] === i - 1)) &&
  new Set(nodes.map(({ layer }) => layer)).size === nodes.length;
