import { ValueError } from './errors.ts';

/** Refuses options that `op` does not know, as a typing error makes them. */
export function checkOptions(op: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new ValueError({
    op,
    got: `the option '${unknown}'`,
    expected: `only ${known.join(', ')}`,
    fix: `${suggestion(unknown, known)}Correct its spelling, or leave it out.`,
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
  const key = String(name).replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  if (Object.hasOwn(table, key)) return table[key];
  throw new ValueError({
    op,
    got: `'${name}'`,
    expected: `one of ${Object.keys(table).join(', ')}`,
    fix: `${suggestion(key, Object.keys(table))}Use one of these names, or pass the object itself.`,
  });
}

/** `Did you mean 'adam'? ` if one of the known words is that close to the given one, as after a typing error. */
export function suggestion(word: string, known: readonly string[]): string {
  const [nearest] = known
    .map((other) => ({ other, edits: editsBetween(word.toLowerCase(), other.toLowerCase()) }))
    .filter(({ edits }) => edits <= Math.max(1, word.length / 3))
    .sort((a, b) => a.edits - b.edits);
  return nearest === undefined ? '' : `Did you mean '${nearest.other}'? `;
}

/**
 * How many letters have to be inserted, left out, replaced or swapped with their neighbour.
 * @see Damerau (1964), "A technique for computer detection and correction of spelling errors".
 */
function editsBetween(a: string, b: string): number {
  let [before, last]: number[][] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(Math.min(replaced, last[j] + 1, row[j - 1] + 1, isSwap ? before[j - 2] + 1 : replaced));
    }
    [before, last] = [last, row];
  }
  return last[b.length];
}
