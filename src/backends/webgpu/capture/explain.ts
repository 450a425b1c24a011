import type { Plan } from './plan.ts';
import { type Operand, Transient } from './recording.ts';

const kib = (bytes: number): string => `${(bytes / 1024).toLocaleString('en', { maximumFractionDigits: 1 })} KiB`;

/** Formats a plan for people: its commands with operands, its buffers, and its peak. */
export function explain(plan: Plan): string {
  const { commands, places, lifetimes, buffers, dropped, elided, bytes } = plan;
  const ids = new Map([...lifetimes.keys()].map((transient, i) => [transient, `t${i}`]));
  const name = (operand: Operand): string => {
    if (!(operand instanceof Transient)) return 'outside';
    const place = places.get(operand);
    if (place === undefined) return 'nowhere';
    return typeof place.buffer === 'number' ? `${ids.get(operand)}@${place.buffer}` : `${ids.get(operand)}@outside`;
  };
  const list = (operands: readonly Operand[]): string => operands.map(name).join(' ') || '-';
  const dispatches = commands.filter(({ kind }) => kind === 'dispatch').length;
  const width = commands.reduce((width, { label }) => Math.max(width, label.length), 0);
  return [
    `${dispatches} dispatches, ${commands.length - dispatches} copies; ${dropped} unused commands dropped, ${elided} copies saved`,
    ...commands.map(
      ({ label, reads, writes }, i) =>
        `${String(i + 1).padStart(4)}  ${label.padEnd(width)}  ${list(reads)} -> ${list(writes)}`,
    ),
    'buffers (contents: first to last command)',
    ...buffers.map((size, buffer) => {
      const tenants = [...lifetimes].filter(([transient]) => places.get(transient)?.buffer === buffer);
      const stays = tenants.map(
        ([t, { first, last }]) => `${ids.get(t)} ${first + 1}-${Math.min(last + 1, commands.length)}`,
      );
      return `${String(buffer).padStart(4)}  ${kib(size).padStart(12)}  ${stays.join(', ')}`;
    }),
    `peak ${kib(bytes)}, not counting memory outside the step`,
  ].join('\n');
}
