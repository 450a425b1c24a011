/** The fraction of the GPU's expected time to sleep through. */
const SLEPT = 0.95;

/**
 * Waits for most of `expected` milliseconds. While Node awaits the GPU it polls, which occupies a core (half of what a
 * software GPU has), so the GPU should be awaited only when it is almost done.
 */
export const sleepThrough = (expected: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, SLEPT * expected)));
