import { checkOptions, checkValues, countFrom2 } from '../core/checks.ts';
import type { Dimension } from './space.ts';

/** A point of the space: a number in [0, 1] for each hyper-parameter. */
export type Point = Readonly<Record<string, number>>;

/** A trial as samplers see it. */
export interface Observation {
  /** Its point in the space. */
  readonly point: Point;
  /** The value to minimize; Infinity for a trial that failed. */
  readonly loss: number;
}

/** What a sampler bases its proposal on. */
export interface Request {
  /** The hyper-parameters by name. */
  readonly dimensions: Readonly<Record<string, Dimension<unknown>>>;
  /** Number of earlier trials. */
  readonly number: number;
  /** The earlier trials. */
  readonly observations: readonly Observation[];
  /** Draws `count` uniform numbers in (0, 1), which depend only on seed and trial. */
  readonly draw: (count: number) => ArrayLike<number>;
}

/** A search strategy. */
export interface Sampler {
  /** Number of trials, for a sampler that ends; default: it does not end. */
  readonly size?: (dimensions: Request['dimensions']) => number;
  /** Returns the next point to try. */
  readonly propose: (request: Request) => Point;
}

/**
 * Random search: points are uniform in the space. There are no options.
 * @throws ValueError if an option is given.
 * @see Bergstra and Bengio (2012), "Random search for hyper-parameter optimization".
 */
export function random(options: Readonly<Record<string, never>> = {}): Sampler {
  checkOptions('random', options, []);
  return {
    propose: ({ dimensions, draw }) => {
      const numbers = draw(Object.keys(dimensions).length);
      return Object.fromEntries(Object.keys(dimensions).map((name, i) => [name, numbers[i]]));
    },
  };
}

/** Options of `grid`. */
export interface GridOptions {
  /** The most values to try of each hyper-parameter, 2 or more; default 5. A `choice` is tried with all its values. */
  readonly points?: number;
}

/**
 * Grid search: tries every combination of values, with the last hyper-parameter changing fastest. Values are evenly spaced over
 * a range, both ends included.
 * @throws ValueError if `points` is below 2.
 */
export function grid(options: GridOptions = {}): Sampler {
  checkValues('grid', options, { points: countFrom2 });
  const { points = 5 } = options;
  return {
    size: (dimensions) =>
      Object.values(dimensions).reduce((product, dimension) => product * dimension.grid(points).length, 1),
    propose: ({ dimensions, number }) => {
      let rest = number;
      const point = Object.entries(dimensions)
        .toReversed()
        .map(([name, dimension]) => {
          const places = dimension.grid(points);
          const place = places[rest % places.length];
          rest = Math.floor(rest / places.length);
          return [name, place] as const;
        });
      return Object.fromEntries(point);
    },
  };
}
