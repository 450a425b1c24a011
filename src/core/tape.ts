import type { Tensor } from './tensor/tensor.ts';

/** A recorded operation: its inputs, its output, and its backward function. */
export interface TapeNode {
  readonly op: string;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  /** Returns the gradients of the inputs from the gradient of the output; undefined where none is needed. */
  readonly backward: (dy: Tensor, needs: readonly boolean[]) => readonly (Tensor | undefined)[];
  /** Frees the tensors that `backward` reads. */
  readonly release: () => void;
}

const recordings: TapeNode[][] = [];

/** Whether any tape is open. */
export const isRecording = (): boolean => recordings.length > 0;

/** Whether every open tape recorded the operation that made a tensor. */
export const wasRecorded = (tensor: Tensor): boolean =>
  recordings.every((nodes) => nodes.some(({ output }) => output === tensor));

/** Appends an operation to every open recording; each gets its own node to release. */
export function record(makeNode: () => TapeNode): void {
  for (const recording of recordings) recording.push(makeNode());
}

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

/** Runs `body` without recording it on any tape, as the backward pass is run. */
export function withoutRecording<R>(body: () => R): R {
  const paused = recordings.splice(0);
  try {
    return body();
  } finally {
    recordings.push(...paused);
  }
}
