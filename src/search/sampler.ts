import { checkOptions, checkValues, countFrom2 } from '../core/checks.ts';
import type { Dimension } from './space.ts';

/** A point of the space: a number in [0, 1] for each hyper-parameter. */
export type Point = Readonly<Record<string, number>>;

/** A trial as samplers see it. */
export interface Observation {
  readonly point: Point;
  /** Smaller is better; Infinity for a trial that failed. */
  readonly loss: number;
}

/** What a sampler bases its proposal on. */
export interface Request {
  readonly dimensions: Readonly<Record<string, Dimension<unknown>>>;
  /** Number of earlier trials. */
  readonly number: number;
  /** The earlier trials. */
  readonly observations: readonly Observation[];
  /** Draws `count` uniform numbers in (0, 1); they depend on seed and trial alone. */
  readonly draw: (count: number) => ArrayLike<number>;
}

/** Proposes the next point to try. */
export interface Sampler {
  /** Number of trials, for samplers that end; default no end. */
  readonly size?: (dimensions: Request['dimensions']) => number;
  readonly propose: (request: Request) => Point;
}

/**
 * Random search: points are uniform in the space. It takes no options.
 * @throws ValueError for any option.
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

export interface GridOptions {
  /** The most values of each hyper-parameter, 2 or more; default 5. */
  readonly points?: number;
}

/**
 * Grid search: every combination of values, the last hyper-parameter changing fastest. Ranges are divided evenly, both ends
 * included.
 * @throws ValueError for `points` below 2.
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
