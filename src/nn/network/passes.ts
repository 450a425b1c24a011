import type { Tensor } from '../../core/tensor/tensor.ts';
import type { Graph } from './graph.ts';
import type { Layer, LayerContext } from './layer.ts';

/** One pass of a network: a layer, or several fused layers. `from` and `to` are positions of nodes. */
export interface Pass {
  readonly from: readonly number[];
  readonly to: number;
  readonly call: (inputs: readonly Tensor[], training: boolean) => Tensor;
}

/** The passes that compute a graph; `streams` has the random stream of each node. */
export function passesOf(graph: Graph, streams: readonly number[]): Pass[] {
  const passes: Pass[] = [];
  const users: number[][] = graph.nodes.map(() => []);
  graph.nodes.forEach(({ inputs }, node) => {
    for (const input of inputs) users[input].push(node);
  });
  const done = new Set<number>();
  graph.nodes.forEach(({ layer, inputs: from }, node) => {
    if (layer === undefined || from.length === 0 || done.has(node)) return;
    const following = followingOf(node, graph, users);
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

/** The most layers that are fused with the one before them. */
const MOST_TAKEN = 2;

/** The nodes after `first`, as long as each is the only user of the previous one. */
function followingOf(first: number, { nodes, output }: Graph, users: readonly (readonly number[])[]) {
  const following: { readonly layer: Layer; readonly node: number }[] = [];
  for (let last = first; last !== output && users[last].length === 1 && following.length < MOST_TAKEN; ) {
    const [node] = users[last];
    const { layer, inputs } = nodes[node];
    if (inputs.length > 1 || layer === undefined) break;
    following.push({ layer, node });
    last = node;
  }
  return following;
}
