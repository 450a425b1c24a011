import { ShapeError, ValueError } from '../../core/errors.ts';
import { type Applicable, type Layer, SymbolicTensor, symbolic } from './layer.ts';

/** A graph as a list of nodes. Inputs are positions in the list; each comes before the node that takes it. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly inputs: readonly number[];
  readonly output: number;
}

export interface GraphNode {
  /** Undefined for the input of a sequential model. */
  readonly layer: Layer | undefined;
  readonly inputs: readonly number[];
}

/** Applies the layers of a graph to other inputs. @throws ShapeError if the number of inputs differs. */
export function applyGraph({ nodes, inputs, output }: Graph, to: Applicable | readonly Applicable[]): SymbolicTensor {
  const given = [to].flat().map(symbolic);
  if (given.length !== inputs.length) {
    throw new ShapeError({
      op: 'model',
      got: `${given.length} inputs`,
      expected: `${inputs.length}, one for each input of the model`,
      fix: 'Apply it to a list, in the order of its inputs.',
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

/** The graph from inputs to output. @throws ValueError unless the output depends on exactly these inputs. */
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

/** Kinds of layers that only move elements or set them to 0. */
const VALUE_PRESERVING = ['flatten', 'reshape', 'dropout', 'spatialDropout2d', 'concatenate'];

/** The size of the vocabulary if an input holds ids for an embedding. */
export function vocabularyOf({ nodes, inputs }: Graph, input = 0): number | undefined {
  const same = new Set([inputs[input]]); // nodes that hold the ids of the input
  let smallest: number | undefined;
  nodes.forEach(({ layer, inputs: from }, node) => {
    if (layer === undefined || !from.some((other) => same.has(other))) return;
    if (VALUE_PRESERVING.includes(layer.kind)) same.add(node);
    if (layer.vocabulary !== undefined) smallest = Math.min(layer.vocabulary, smallest ?? layer.vocabulary);
  });
  return smallest;
}

/** Whether each node takes the previous one, and no layer occurs twice. */
export const isSequential = ({ nodes }: Graph): boolean =>
  nodes.every(({ inputs }, i) => (i === 0 ? inputs.length === 0 : inputs.length === 1 && inputs[0] === i - 1)) &&
  new Set(nodes.map(({ layer }) => layer)).size === nodes.length;
