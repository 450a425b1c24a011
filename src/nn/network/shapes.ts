import { ShapeError } from '../../core/errors.ts';
import { formatShape, type Shape, sameShape } from '../../core/shape.ts';
import type { Graph } from './graph.ts';
import type { Layer } from './layer.ts';

/** The input shapes that a graph states, by its input layers or the `inputShape` of a layer that takes the input. */
export function inputShapesOf({ nodes, inputs }: Graph): readonly Shape[] | undefined {
  const stated = inputs.flatMap((input) => {
    const [shape] = [nodes[input], ...nodes.filter((node) => node.inputs.includes(input))].flatMap(({ layer }) =>
      layer?.options.inputShape === undefined ? [] : [layer.options.inputShape],
    );
    return shape === undefined ? [] : [shape];
  });
  return stated.length === inputs.length ? stated : undefined;
}

/** The shape of one sample at each node, from the input shapes. @throws ShapeError if a layer cannot take its input. */
export function shapesOf({ nodes, inputs }: Graph, given: readonly Shape[]): Shape[] {
  const firstInput = new Map<Layer, Shape>();
  const shapes: Shape[] = [];
  nodes.forEach(({ layer, inputs: from }, node) => {
    const input = inputs.indexOf(node);
    if (layer === undefined || input >= 0) {
      shapes[node] = given[input];
      return;
    }
    const shape = shapes[from[0]];
    const { inputShape } = layer.options;
    if (inputShape !== undefined && !sameShape(inputShape, shape)) {
      throw new ShapeError({
        op: layer.title ?? layer.kind,
        got: `samples of shape ${formatShape(shape)}`,
        expected: `${formatShape(inputShape)}, its inputShape`,
        fix: 'Only the first layer of a model needs an inputShape: leave it out here, or correct it.',
      });
    }
    const first = firstInput.get(layer) ?? shape;
    firstInput.set(layer, first);
    if (!sameShape(first, shape)) {
      throw new ShapeError({
        op: layer.kind,
        got: `samples of shape ${formatShape(first)} and of shape ${formatShape(shape)} for one layer`,
        expected: 'the same shape at every use, because the weights are shared',
        fix: 'Make a second layer.',
      });
    }
    shapes[node] = layer.outputShape(...from.map((other) => shapes[other]));
  });
  return shapes;
}
