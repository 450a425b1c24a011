import type { Tensor } from './tensor.ts';

/** One operation that ran while a tape was recording: what came in, what came out, and how a gradient goes back. */
export interface TapeNode {
  readonly op: string;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  /** Gradients of the inputs from that of the output; those not needed may be undefined. */
  readonly backward: (dy: Tensor, needs: readonly boolean[]) => readonly (Tensor | undefined)[];
  /** Lets go of the tensors that `backward` reads. */
  readonly release: () => void;
}

const recordings: TapeNode[][] = [];

/** Whether any tape is listening. */
export const isRecording = (): boolean => recordings.length > 0;

/** Whether every tape that is listening heard a tensor being made. */
export const wasRecorded = (tensor: Tensor): boolean =>
  recordings.every((nodes) => nodes.some(({ output }) => output === tensor));

/** Appends an operation to every open recording, each with a node of its own to release. */
export function record(makeNode: () => TapeNode): void {
  for (const recording of recordings) recording.push(makeNode());
}

/** Starts a recording. */
export function startRecording(): TapeNode[] {
  const nodes: TapeNode[] = [];
  recordings.push(nodes);
  return nodes;
}

/** Ends a recording; ending it twice does nothing. */
export function stopRecording(nodes: TapeNode[]): void {
  const index = recordings.indexOf(nodes);
  if (index >= 0) recordings.splice(index, 1);
}

/** Runs `body` unseen by every tape, as the steps of a gradient are. */
export function withoutRecording<R>(body: () => R): R {
  const paused = recordings.splice(0);
  try {
    return body();
  } finally {
    recordings.push(...paused);
  }
}
