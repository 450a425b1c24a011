import { ShapeError, ValueError } from '../../core/errors.ts';
import { type Graph, graphOf } from './graph.ts';
import { type Block, Layer, SymbolicTensor, symbolic } from './layer.ts';

/** The graph of layers in sequence. Without an input layer first, the shape of the samples is found later. */
export function sequentialGraph(blocks: readonly Block[]): Graph {
  if (blocks.length === 0) {
    throw new ShapeError({
      op: 'sequential',
      got: 'no layers',
      expected: 'at least one',
      fix: 'List the layers in order.',
    });
  }
  const [first, ...others] = blocks;
  const isInput = first instanceof Layer && first.takes === 'nothing';
  const start = isInput ? symbolic(first) : new SymbolicTensor(undefined, []);
  return graphOf([start], inSequence(isInput ? others : blocks)(start));
}

export const inSequence =
  (blocks: readonly Block[]): Block =>
  (x) =>
    blocks.reduce((place, block, i) => {
      if (typeof block === 'function') return block(place);
      throw new ValueError({
        op: 'sequential',
        got: `${typeof block} at position ${i}`,
        expected: 'a layer or a block',
        fix: 'List layers such as dense({ units: 10 }), or blocks: residual(...) or functions of a symbolic tensor.',
      });
    }, x);
