import { sizeOf } from '../shape.ts';
import type { Parameter } from '../tensor.ts';
import type { Network } from './network.ts';

const count = (parameters: readonly Parameter[]): number =>
  parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
const grouped = (n: number): string => n.toLocaleString('en-US');

/** Layer, output shape and parameters in columns, and the totals. */
export function summaryTable({ layers, names, inputShape, parameters }: Network): string {
  let shape = inputShape;
  const rows = layers.map((layer, i) => {
    shape = layer.outputShape(shape);
    const label = names[i].startsWith(layer.kind) ? names[i] : `${names[i]} (${layer.kind})`;
    return [label, `[${['batch', ...shape].join(', ')}]`, grouped(count(Object.values(layer.weights)))];
  });
  const head = ['Layer', 'Output shape', 'Parameters'];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column].length)));
  const line = ([layer, output, parameters]: readonly string[]): string =>
    `${layer.padEnd(widths[0])}  ${output.padEnd(widths[1])}  ${parameters.padStart(widths[2])}`;
  const rule = '-'.repeat(widths[0] + widths[1] + widths[2] + 4);
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
