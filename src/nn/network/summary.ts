import { type Shape, sizeOf } from '../../core/shape.ts';
import type { Parameter } from '../../core/tensor/parameter.ts';
import { type Graph, isSequential } from './graph.ts';
import type { Layer } from './layer.ts';

const count = (parameters: readonly Parameter[]): number =>
  parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
const grouped = (n: number): string => n.toLocaleString('en-US');

/** What the table shows of a network. */
interface Summarized {
  readonly graph: Graph;
  readonly layers: readonly Layer[];
  readonly names: readonly string[];
  readonly shapes: readonly Shape[];
  readonly parameters: readonly Parameter[];
}

/** A table of layers, output shapes and numbers of parameters, with the connections of a graph, and the totals. */
export function summaryTable({ graph, layers, names, shapes, parameters }: Summarized): string {
  const nameAt = (node: number): string => {
    const { layer } = graph.nodes[node];
    return layer === undefined ? 'the samples' : names[layers.indexOf(layer)];
  };
  const seen = new Set<unknown>();
  const rows = graph.nodes.flatMap(({ layer, inputs }, node) => {
    if (layer === undefined) return [];
    const name = nameAt(node);
    const size = seen.has(layer) ? 'shared' : grouped(count(Object.values(layer.weights)));
    seen.add(layer);
    const label = name.startsWith(layer.kind) ? name : `${name} (${layer.kind})`;
    return [[label, `[${['batch', ...shapes[node]].join(', ')}]`, size, inputs.map(nameAt).join(', ')]];
  });
  const head = ['Layer', 'Output shape', 'Parameters', 'Connected to'].slice(0, isSequential(graph) ? 3 : 4);
  const widths = head.map((title, column) =>
    rows.reduce((width, row) => Math.max(width, row[column].length), title.length),
  );
  const line = (row: readonly string[]): string =>
    head
      .map((_, column) => (column === 2 ? row[column].padStart(widths[column]) : row[column].padEnd(widths[column])))
      .join('  ')
      .trimEnd();
  const rule = '-'.repeat(widths.reduce((sum, width) => sum + width, 2 * (widths.length - 1)));
  const trainable = count(parameters.filter((p) => p.trainable));
  const total = count(parameters);
  return [
    line(head),
    rule,
    ...rows.map(line),
    rule,
    `${grouped(total)} parameters: ${grouped(trainable)} trainable, ${grouped(total - trainable)} not`,
  ].join('\n');
}
