import type { GpuMemory } from '../queue/pool.ts';
import { type Lifetime, shareBuffers } from './lifetimes.ts';
import { type Operand, type Recorded, type Recording, Transient } from './recording.ts';

/** A captured step with all memory placed. */
export interface Plan {
  readonly commands: readonly Recorded[];
  /** The sizes of the step's own buffers, in bytes. */
  readonly buffers: readonly number[];
  /** Where each transient lies: in a buffer of the step, or directly in the memory it would have been copied to. */
  readonly places: ReadonlyMap<Transient, { readonly buffer: number } | GpuMemory>;
  readonly lifetimes: ReadonlyMap<Transient, Lifetime>;
  /** Number of unused commands removed. */
  readonly dropped: number;
  /** Number of copies saved by writing results directly to their destination. */
  readonly elided: number;
  /** Total bytes of the step's own buffers: its peak. */
  readonly bytes: number;
}

type Commands = readonly Recorded[];

/** Plans a recording: removes unused commands, writes results directly to their destination, shares buffers. */
export function makePlan(
  recording: Recording,
  { inputs, outputs }: { readonly inputs: readonly Transient[]; readonly outputs: readonly Transient[] },
): Plan {
  const used = dropUnused(recording.commands, outputs);
  const { commands, targets } = elideCopies(used, new Set([...inputs, ...outputs]));
  const lifetimes = lifetimesIn(commands, { inputs, outputs });
  const shared = [...lifetimes].filter(([transient]) => !targets.has(transient));
  const { sizes, buffers } = shareBuffers(shared.map(([, lifetime]) => lifetime));
  const places = new Map<Transient, { buffer: number } | GpuMemory>(targets);
  shared.forEach(([transient], i) => {
    places.set(transient, { buffer: buffers[i] });
  });
  return {
    commands,
    buffers: sizes,
    places,
    lifetimes,
    dropped: recording.commands.length - used.length,
    elided: used.length - commands.length,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
  };
}

/** The commands whose results reach an output or memory outside the step. */
function dropUnused(commands: Commands, outputs: readonly Transient[]): Recorded[] {
  const needed = new Set<Operand>(outputs);
  const used = commands.toReversed().filter(({ reads, writes }) => {
    if (!writes.some((operand) => !(operand instanceof Transient) || needed.has(operand))) return false;
    for (const operand of [...reads, ...writes]) needed.add(operand); // a kernel may read what it writes
    return true;
  });
  return used.reverse();
}

/**
 * Removes copies of a transient to outside memory where its producer can write there directly, for example a gradient
 * into the optimizer's arena. Keeps a copy if the destination is used in between, or if a command would then both read
 * and write one buffer, which WebGPU forbids.
 */
function elideCopies(
  commands: Commands,
  kept: ReadonlySet<Transient>,
): { commands: Recorded[]; targets: Map<Transient, GpuMemory> } {
  const targets = new Map<Transient, GpuMemory>();
  const dropped = new Set<Recorded>();
  const within = ({ reads, writes }: Recorded, operand: Operand): boolean =>
    reads.includes(operand) || writes.includes(operand);
  const bufferOf = (operand: Operand): object | undefined =>
    operand instanceof Transient ? targets.get(operand)?.buffer : operand.buffer;
  for (const [at, copy] of commands.entries()) {
    const [source] = copy.reads;
    const [target] = copy.writes;
    if (copy.kind !== 'copy' || !(source instanceof Transient) || target instanceof Transient) continue;
    if (kept.has(source) || targets.has(source) || source.size > target.size) continue;
    const users = commands.filter((command) => command !== copy && within(command, source));
    const first = commands.findIndex(({ writes }) => writes.includes(source));
    const last = commands.findLastIndex((command) => within(command, source));
    const meets = commands
      .slice(first, last + 1)
      .some((command) => command !== copy && touches(command, target) && !dropped.has(command));
    const mixes = users.some(({ reads, writes }) => {
      const others = reads.includes(source) ? writes : reads;
      return others.some((operand) => operand !== source && bufferOf(operand) === target.buffer);
    });
    if (first < 0 || at < first || meets || mixes || users.some(({ kind }) => kind !== 'dispatch')) continue;
    targets.set(source, target);
    dropped.add(copy);
  }
  return { commands: commands.filter((command) => !dropped.has(command)), targets };
}

/** Whether a command uses memory that overlaps a range. */
function touches({ reads, writes }: Recorded, range: GpuMemory): boolean {
  return [...reads, ...writes].some(
    (operand) =>
      !(operand instanceof Transient) &&
      operand.buffer === range.buffer &&
      operand.offset < range.offset + range.size &&
      range.offset < operand.offset + operand.size,
  );
}

/** Each transient lives from its first to its last use; inputs from the start, outputs to the end. */
function lifetimesIn(
  commands: Commands,
  { inputs, outputs }: { readonly inputs: readonly Transient[]; readonly outputs: readonly Transient[] },
): Map<Transient, Lifetime> {
  const lifetimes = new Map<Transient, Lifetime>();
  const live = (transient: Transient, first: number, last: number): void => {
    const known = lifetimes.get(transient);
    lifetimes.set(transient, {
      bytes: transient.size,
      first: Math.min(first, known?.first ?? first),
      last: Math.max(last, known?.last ?? last),
    });
  };
  for (const input of inputs) live(input, 0, commands.length);
  commands.forEach(({ reads, writes }, i) => {
    for (const operand of [...reads, ...writes]) if (operand instanceof Transient) live(operand, i, i);
  });
  for (const output of outputs) live(output, lifetimes.get(output)?.first ?? 0, commands.length);
  return lifetimes;
}
