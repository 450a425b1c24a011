import { ValueError } from './errors.ts';

/** Refuses options that `op` does not know, as a typing error makes them. */
export function checkOptions(op: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new ValueError({
    op,
    got: `the option '${unknown}'`,
    expected: `only ${known.join(', ')}`,
    fix: 'Correct its spelling, or leave it out.',
  });
}

/** Refuses a number that is not whole, or below `least`. */
export function checkWhole(op: string, name: string, value: unknown, least: number): void {
  if (Number.isInteger(value) && Number(value) >= least) return;
  throw new ValueError({
    op,
    got: `${name} ${String(value)}`,
    expected: `a whole number of ${least} or more`,
    fix: `Set ${name} to for example ${Math.max(least, 1)}.`,
  });
}

/** Refuses a number outside `low <= value < high`. */
export function checkRange(
  op: string,
  name: string,
  value: unknown,
  { low, high }: { low: number; high: number },
): void {
  if (typeof value === 'number' && value >= low && value < high) return;
  throw new ValueError({
    op,
    got: `${name} ${String(value)}`,
    expected: `a number of at least ${low} and below ${high}`,
    fix: `Correct ${name}.`,
  });
}

/** Looks a name up, in camelCase or as Python writes it (`he_normal`), or lists the names there are. */
export function lookUp<T>(op: string, table: Readonly<Record<string, T>>, name: string): T {
  const key = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  if (Object.hasOwn(table, key)) return table[key];
  throw new ValueError({
    op,
    got: `'${name}'`,
    expected: `one of ${Object.keys(table).join(', ')}`,
    fix: 'Use one of these names, or pass the object itself.',
  });
}
