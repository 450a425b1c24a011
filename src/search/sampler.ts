import { checkOptions, checkValues, countFrom2 } from '../core/checks.ts';
import type { Dimension } from './space.ts';

/** A place in the space: a number in [0, 1] for each hyper-parameter. */
export type Point = Readonly<Record<string, number>>;

/** What a sampler sees of a trial. */
export interface Observation {
  readonly point: Point;
  /** The smaller the better; Infinity for a trial that failed. */
  readonly loss: number;
}

/** What a sampler has to go by. */
export interface Request {
  readonly dimensions: Readonly<Record<string, Dimension<unknown>>>;
  /** How many trials there were before. */
  readonly number: number;
  readonly observations: readonly Observation[];
  /** So many uniform numbers in (0, 1), the same for the same trial of the same seed. */
  readonly draw: (count: number) => ArrayLike<number>;
}

/** Proposes where to look next. */
export interface Sampler {
  /** How many trials there are; absent where there is no end. */
  readonly size?: (dimensions: Request['dimensions']) => number;
  readonly propose: (request: Request) => Point;
}

/** Everywhere alike. @see Bergstra and Bengio (2012), "Random search for hyper-parameter optimization". */
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
  /** How many values of a hyper-parameter that has more; default 5. */
  readonly points?: number;
}

/** Every combination, the last hyper-parameter changing fastest; ranges are cut evenly, both ends included. */
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
