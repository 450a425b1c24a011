/** Milliseconds of work after which an idle GPU, for example after compilation, runs at full speed. */
const AWAKE = 500;
const MOST_RUNS = 4096;

/**
 * Keeps a GPU busy until it runs at full speed; otherwise the first candidate would look slow. An idle NVIDIA H200
 * takes three to six times as long for a quarter of a second.
 * @param time does some work that many times and returns the milliseconds it took.
 */
export async function warmUp(time: (runs: number) => Promise<number>): Promise<void> {
  for (let spent = 0, runs = 1; spent < AWAKE && runs <= MOST_RUNS; runs *= 2) spent += await time(runs);
}
