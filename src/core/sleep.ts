/** Of the time that the GPU's work is expected to take, the share that is slept through. */
const SLEPT = 0.95;

/**
 * Waits for most of `expected` milliseconds. Node polls while it awaits the GPU, which takes a core away, from a GPU in
 * software half of what it has: so it is awaited only when it is about to be done.
 */
export const sleepThrough = (expected: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, SLEPT * expected)));
