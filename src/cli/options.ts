import { InvalidArgumentError, Option } from 'commander';

/** A parser for numbers that pass `test`; `expected` is for the error. */
const number =
  (expected: string, test: (value: number) => boolean) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !test(value)) throw new InvalidArgumentError(`Expected ${expected}.`);
    return value;
  };

export const positive = number('a number above 0', (value) => value > 0 && Number.isFinite(value));
export const share = number('a number of at least 0 and below 1', (value) => value >= 0 && value < 1);
export const count = number('a whole number of 1 or more', (value) => Number.isSafeInteger(value) && value >= 1);
export const seed = number(
  'a whole number from 0 to 4294967295',
  (value) => Number.isInteger(value) && value >= 0 && value <= 0xffffffff,
);

/** Parses sizes, separated by commas. */
export function counts(text: string): number[] {
  try {
    return text.split(',').map(count);
  } catch {
    throw new InvalidArgumentError('Expected whole numbers of 1 or more, such as 200,100.');
  }
}

export type Backend = 'auto' | 'webgpu' | 'cpu';

/** The option `--backend` of every command that computes. */
export const backendOption = (): Option =>
  new Option('--backend <name>', 'backend to compute on').choices(['auto', 'webgpu', 'cpu']).default('auto');
