import { type Check, checkValues, count } from '../core/checks.ts';
import { type Observation, type Point, random, type Sampler } from './sampler.ts';
import type { Dimension } from './space.ts';

/** Options of `tpe`. */
export interface TpeOptions {
  /** Number of random trials at the start; default 10. */
  readonly startup?: number;
  /** The best `gamma * sqrt(n)` of n trials, at most 25, count as good, as in hyperopt; above 0 and below 1, default 0.25. */
  readonly gamma?: number;
  /** Number of candidates per hyper-parameter; default 24. */
  readonly candidates?: number;
}

const MOST_GOOD = 25; // the most good trials, so that they stay few in long searches
const FINEST = 100; // the narrowest kernel is a hundredth of the range wide

const share: Check = [(value) => typeof value === 'number' && value > 0 && value < 1, 'a number above 0 and below 1'];

/**
 * Tree-structured Parzen estimator. Independently for each hyper-parameter, it fits one density to the best trials and one to the
 * others, draws candidates from the first, and proposes the one with the largest ratio of the two. Its kernels are logistic rather
 * than Gaussian, because these can be sampled and truncated in closed form.
 * @throws ValueError if an option is out of range.
 * @see Bergstra et al. (2011), "Algorithms for hyper-parameter optimization".
 */
export function tpe(options: TpeOptions = {}): Sampler {
  checkValues('tpe', options, { startup: count, gamma: share, candidates: count });
  const { startup = 10, gamma = 0.25, candidates = 24 } = options;
  const proposeAtRandom = random().propose;
  return {
    propose: (request) => {
      const { dimensions, observations, draw } = request;
      if (observations.length < startup) return proposeAtRandom(request);
      const ranked = observations.toSorted((a, b) => a.loss - b.loss);
      const cut = Math.min(MOST_GOOD, Math.ceil(gamma * Math.sqrt(ranked.length)));
      const groups = [ranked.slice(0, cut), ranked.slice(cut)];
      const names = Object.keys(dimensions);
      const numbers = draw(names.length * candidates * 2);
      return Object.fromEntries(
        names.map((name, i) => {
          const [best, others] = groups.map((group) => densityOf(dimensions[name], placesOf(group, name)));
          const start = i * candidates * 2;
          const places = Array.from({ length: candidates }, (_, j) =>
            best.draw(numbers[start + 2 * j], numbers[start + 2 * j + 1]),
          );
          const ratio = (u: number): number => best.at(u) / others.at(u);
          return [name, places.reduce((most, u) => (ratio(u) > ratio(most) ? u : most))];
        }),
      );
    },
  };
}

const placesOf = (group: readonly Observation[], name: keyof Point): number[] => group.map(({ point }) => point[name]);

interface Density {
  readonly at: (u: number) => number;
  /** Draws from this density, given two uniform numbers. */
  readonly draw: (which: number, where: number) => number;
}

const densityOf = ({ choices }: Dimension<unknown>, places: readonly number[]): Density =>
  choices === undefined ? parzen(places) : categorical(choices, places);

/** The relative frequency of each choice, with one added to each count. */
function categorical(size: number, places: readonly number[]): Density {
  const counts = new Array<number>(size).fill(1);
  const indexOf = (u: number): number => Math.min(size - 1, Math.floor(u * size));
  for (const u of places) counts[indexOf(u)]++;
  const total = places.length + size;
  return {
    at: (u) => counts[indexOf(u)] / total,
    draw: (which) => (pick(counts, which) + 0.5) / size,
  };
}

/** A logistic kernel at each point, as wide as the larger gap to its neighbours, and a prior in the middle as wide as the range. */
function parzen(places: readonly number[]): Density {
  const centres = [...places.map((centre) => ({ centre, isPrior: false })), { centre: 0.5, isPrior: true }];
  centres.sort((a, b) => a.centre - b.centre);
  const least = 1 / Math.min(FINEST, centres.length + 1);
  const kernels = centres.map(({ centre, isPrior }, i) => {
    const gap = Math.max(centre - (centres[i - 1]?.centre ?? 0), (centres[i + 1]?.centre ?? 1) - centre);
    return logistic({ centre, width: isPrior ? 1 : Math.max(least, gap) });
  });
  const weights = kernels.map(() => 1);
  return {
    at: (u) => kernels.reduce((sum, kernel) => sum + kernel.at(u), 0) / kernels.length,
    draw: (which, where) => kernels[pick(weights, which)].draw(which, where),
  };
}

/** The logistic distribution of standard deviation `width`, truncated to [0, 1]. */
function logistic({ centre, width }: { readonly centre: number; readonly width: number }): Density {
  const scale = (width * Math.sqrt(3)) / Math.PI;
  const below = (u: number): number => 1 / (1 + Math.exp((centre - u) / scale));
  const [first, last] = [below(0), below(1)];
  return {
    at: (u) => (below(u) * (1 - below(u))) / scale / (last - first),
    draw: (_, where) => {
      const share = first + (last - first) * where;
      return Math.min(1, Math.max(0, centre + scale * Math.log(share / (1 - share))));
    },
  };
}

/** Draws an index in proportion to weights, given a uniform number. */
function pick(weights: readonly number[], u: number): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let rest = u * total;
  for (const [i, weight] of weights.entries()) {
    rest -= weight;
    if (rest < 0) return i;
  }
  return weights.length - 1;
}
