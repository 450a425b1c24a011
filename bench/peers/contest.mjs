// One workload, all libraries: opened and checked one after another, then measured in turn, round by round, so that what
// the machine does besides hits all of them alike. While one works the others have nothing pending.
import { libraries } from './libraries/index.mjs';

const PATIENCE = 180_000; // ms for one answer

/** The answer to a question, or an error when it does not come. */
export async function ask(contestant, ...question) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`timed out: no answer within ${PATIENCE / 1000} s`)), PATIENCE);
  });
  try {
    return await Promise.race([contestant.ask(...question), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A library in a contest. What goes wrong with it becomes the reason why its row has no numbers. */
class Entrant {
  samples = [];
  failed;
  #contestant;

  constructor(library) {
    this.library = library;
  }

  enter(host, workload) {
    return this.#attempt(async () => {
      this.#contestant = await host.open(this.library);
      await ask(this.#contestant, 'prepare', workload);
    });
  }

  sample() {
    return this.#attempt(async () => {
      this.samples.push(await ask(this.#contestant, 'sample'));
    });
  }

  /** Work that was timed has to have been done. */
  verify() {
    return this.#attempt(() => ask(this.#contestant, 'verify'));
  }

  async leave() {
    await this.#contestant?.close();
    this.#contestant = undefined;
  }

  async #attempt(action) {
    if (this.failed !== undefined) return;
    try {
      await action();
    } catch (error) {
      this.failed = error.message.trim().split('\n')[0];
      await this.leave();
    }
  }
}

/** A row of the report for each library, times in ms of one repetition; `ratio` compares its speed with dawngrad's. */
export async function contest(host, workload, { rounds, against = '' }) {
  const names = Object.keys(libraries).filter((name) => name === 'dawngrad' || name.includes(against));
  const entrants = names.map((library) => new Entrant(library));
  for (const entrant of entrants) await entrant.enter(host, workload);
  for (let round = 0; round < rounds; round++) {
    for (const entrant of entrants) await entrant.sample();
  }
  for (const entrant of entrants) await entrant.verify();
  for (const entrant of entrants) await entrant.leave();
  const rows = entrants.map((entrant) => rowOf(workload, entrant));
  const own = rows.find(({ library }) => library === 'dawngrad').median;
  return rows.map((row) => (own && row.median ? { ...row, ratio: own / row.median } : row));
}

function rowOf({ name, work, unit }, { library, samples, failed }) {
  if (failed !== undefined) return { workload: name, library, failed };
  const sorted = samples.toSorted((a, b) => a - b);
  const median = (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
  return { workload: name, library, median, min: sorted[0], max: sorted.at(-1), rate: (1000 * work) / median, unit };
}
