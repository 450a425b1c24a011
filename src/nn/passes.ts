import type { Tensor } from '../tensor.ts';
import type { Graph } from './graph.ts';
import type { Layer, LayerContext } from './layer.ts';

/** One pass of a network: a layer, or neighbours that have a kernel of their own. Nodes are named by their positions. */
export interface Pass {
  readonly from: readonly number[];
  readonly to: number;
  readonly call: (inputs: readonly Tensor[], training: boolean) => Tensor;
}

/** The passes that compute a graph; each node draws random numbers from a stream. */
export function passesOf(graph: Graph, streams: readonly number[]): Pass[] {
  const passes: Pass[] = [];
  const done = new Set<number>();
  graph.nodes.forEach(({ layer, inputs: from }, node) => {
    if (layer === undefined || from.length === 0 || done.has(node)) return;
    const following = followingOf(graph, node);
    const { taken, call } = layer.fuse(following.map((other) => other.layer));
    const others = following.slice(0, taken);
    for (const other of others) done.add(other.node);
    const members = [{ layer, node }, ...others];
    passes.push({
      from,
      to: members[taken].node,
      call: (inputs, training) => {
        const contexts = members.map(
          (member): LayerContext => ({
            inputs,
            weights: member.layer.weights,
            training,
            stream: streams[member.node],
          }),
        );
        return call(inputs[0], contexts);
      },
    });
  });
  return passes;
}

/** The nodes after one, as long as each has its result for itself. */
function followingOf({ nodes, output }: Graph, from: number): { readonly layer: Layer; readonly node: number }[] {
  const following = [];
  for (let last = from; last !== output; ) {
    const users = nodes.flatMap(({ inputs }, node) => (inputs.includes(last) ? [node] : []));
    const [node] = users;
    const { layer, inputs } = nodes[node];
    if (users.length > 1 || inputs.length > 1 || layer === undefined) break;
    following.push({ layer, node });
    last = node;
  }
  return following;
}
