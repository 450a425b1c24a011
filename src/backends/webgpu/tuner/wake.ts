/** Milliseconds of work after which a GPU that idled, as while kernels were compiled, runs at full speed. */
const AWAKE = 500;
const MOST_RUNS = 4096;

/**
 * Keeps a GPU busy until it runs at full speed, or who is measured first would look slow: an NVIDIA H200 takes three to six
 * times as long for a quarter of a second.
 * @param time does some work that often, and says how many milliseconds that took.
 */
export async function wake(time: (runs: number) => Promise<number>): Promise<void> {
  for (let spent = 0, runs = 1; spent < AWAKE && runs <= MOST_RUNS; runs *= 2) spent += await time(runs);
}
