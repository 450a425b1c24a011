import type { HostArray } from '../../core/tensor/tensor.ts';

/** Named numbers as arrays for a checkpoint; unlike JSON, they can be infinite. */
export const numbersOf = (numbers: Readonly<Record<string, number>>): Record<string, HostArray> =>
  Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => [name, { data: Float64Array.of(value), shape: [] }]),
  );

export const numbersIn = <Name extends string>(arrays: Readonly<Record<Name, HostArray>>): Record<Name, number> =>
  Object.fromEntries(Object.entries<HostArray>(arrays).map(([name, { data }]) => [name, data[0]])) as Record<
    Name,
    number
  >; // the same names
