import { escapeText, ValueError } from './errors.ts';

/**
 * Returns the options. Throws if they are not an object or have an option that `op` does not know, such as a misspelled
 * one.
 */
export function checkOptions<Options extends object>(op: string, options: Options, known: readonly string[]): Options {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ValueError({
      op,
      got: `${show(options)} for the options`,
      expected: known.length > 0 ? `an object with any of ${known.join(', ')}` : 'none',
      fix: known.length > 0 ? `Write it by name: { ${known[0]}: ... }.` : 'Leave it out.',
    });
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return options;
  throw new ValueError({
    op,
    got: `the option '${unknown}'`,
    expected: known.length > 0 ? `only ${known.join(', ')}` : 'none',
    fix: `${suggestion(unknown, known)}Correct its spelling, or leave it out.`,
  });
}

/** Formats a value for a message. */
export const show = (value: unknown): string => escapeText(shown(value, 0));

/** The depth to which nested lists are written out. */
const DEPTH = 6;

function shown(value: unknown, depth: number): string {
  if (typeof value === 'string') return `'${value}'`;
  if (value instanceof Function) return `the function ${value.name || 'without a name'}`;
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return String(value);
  if (!Array.isArray(value)) return `an object of type ${typeName(value)}`;
  if (value.length > 8 || depth === DEPTH) return `an array of ${value.length}`;
  return `[${value.map((item) => shown(item, depth + 1)).join(', ')}]`;
}

function typeName(value: object): string {
  const { constructor: type } = value;
  return typeof type === 'function' ? type.name.replace(/^_/, '') : 'null'; // bundlers add the underscore
}

/** Sets the name of a function, which messages show. */
// @__NO_SIDE_EFFECTS__
export function named<F extends object>(name: string, f: F): F {
  return Object.defineProperty(f, 'name', { value: name });
}

/** A test of a value, the words for what it expects in messages, and whether the option is required. */
export type Check = readonly [holds: (value: unknown) => boolean, expected: string, isRequired?: true];
/** Checks by the name of the option. */
export type Checks<Name extends string = string> = Readonly<Record<Name, Check>>;

const number = /* @__NO_SIDE_EFFECTS__ */ (expected: string, holds: (value: number) => boolean): Check => [
  (value) => typeof value === 'number' && Number.isFinite(value) && holds(value),
  expected,
];

export const finite = number('a finite number', () => true);
export const positive = number('a finite number above 0', (value) => value > 0);
export const notNegative = number('a finite number of 0 or more', (value) => value >= 0);
export const fraction = number('a number of at least 0 and below 1', (value) => value >= 0 && value < 1);
export const unitInterval = number('a number from 0 to 1', (value) => value >= 0 && value <= 1);
export const integer = number('a whole number', Number.isInteger);
export const count = number('a whole number of 1 or more', (value) => Number.isInteger(value) && value >= 1);
export const countFrom0 = number('a whole number of 0 or more', (value) => Number.isInteger(value) && value >= 0);
export const countFrom2 = number('a whole number of 2 or more', (value) => Number.isInteger(value) && value >= 2);
/** A seed: the generator uses 32 bits, so a larger number would silently become a different seed. */
export const seedValue = number('a 32-bit integer', (n) => Number.isInteger(n) && Math.abs(n) <= 0xffffffff);
/** Accepts anything; the value is checked elsewhere. */
export const checkedLater: Check = [() => true, 'anything'];
export const flag: Check = [(value) => typeof value === 'boolean', 'true or false'];
export const text: Check = [(value) => typeof value === 'string', 'a name'];
export const func: Check = [(value) => typeof value === 'function', 'a function'];
/** A name to look up, or the object itself. */
export const byName: Check = [
  (value) => typeof value === 'string' || typeof value === 'function' || (typeof value === 'object' && value !== null),
  'a name, or the object that the function of that name returns',
];

/** A list, typed or not, whose elements all pass. */
export const listOf = /* @__NO_SIDE_EFFECTS__ */ ([holds]: Check, expected: string): Check => [
  (value) =>
    (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) &&
    Array.from(value as ArrayLike<unknown>).every(holds),
  expected,
];

/** The check of an option that must be present. */
export const required = /* @__NO_SIDE_EFFECTS__ */ ([holds, expected]: Check): Check => [holds, expected, true];

/** Throws a ValueError if a value does not pass. */
export function checkValue(op: string, name: string, value: unknown, [holds, expected]: Check): void {
  if (holds(value)) return;
  const fix = `${value === undefined ? 'Pass' : 'Correct'} ${name}.`;
  throw new ValueError({ op, got: `${name} ${show(value)}`, expected, fix });
}

/** Returns the options. Throws if one has no check or does not pass; undefined counts as absent. */
export function checkValues<Options extends object>(op: string, options: Options, checks: Checks): Options {
  checkOptions(op, options, Object.keys(checks));
  const values = new Map<string, unknown>(Object.entries(options));
  for (const [name, check] of Object.entries(checks)) {
    const [, , isRequired] = check;
    const value = values.get(name);
    if (value !== undefined || isRequired) checkValue(op, name, value, check);
  }
  return options;
}

export function checkWhole(op: string, name: string, value: unknown, least: number): void {
  if (Number.isInteger(value) && Number(value) >= least) return;
  throw new ValueError({
    op,
    got: `${name} ${show(value)}`,
    expected: `a whole number of ${least} or more`,
    fix: `Set ${name} to ${Math.max(least, 1)}, for example.`,
  });
}

export function checkRange(
  op: string,
  name: string,
  value: unknown,
  { low, high }: { low: number; high: number },
): void {
  if (typeof value === 'number' && value >= low && value < high) return;
  throw new ValueError({
    op,
    got: `${name} ${show(value)}`,
    expected: `a number of at least ${low} and below ${high}`,
    fix: `Correct ${name}.`,
  });
}

/** Throws unless the value is one of the known words. */
export function checkChoice(op: string, name: string, word: unknown, known: readonly string[]): void {
  if (known.some((other) => other === word)) return;
  throw new ValueError({
    op,
    got: `${name} ${show(word)}`,
    expected: known.map((other) => `'${other}'`).join(' or '),
    fix: `${suggestion(word, known)}Use one of these.`,
  });
}

/** Looks up a name, in camelCase or in Python's snake_case (`he_normal`). Throws a ValueError that lists all names. */
export function lookUp<T>(op: string, table: Readonly<Record<string, T>>, name: string): T {
  const key = typeof name === 'string' ? name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) : '';
  if (Object.hasOwn(table, key)) return table[key];
  throw new ValueError({
    op,
    got: show(name),
    expected: `one of ${Object.keys(table).join(', ')}`,
    fix: `${suggestion(key, Object.keys(table))}Use one of these names, or pass the object itself.`,
  });
}

/** Throws if a value is a function of the table rather than its result: `adam` rather than `adam()`. */
export function checkMade(op: string, table: Readonly<Record<string, unknown>>, value: unknown): void {
  const name = Object.keys(table).find((key) => table[key] === value);
  if (name === undefined) return;
  throw new ValueError({ op, got: `the function ${name}`, expected: 'what it returns', fix: `Call it: ${name}().` });
}

/** No name is longer, and the time to compare grows with the square of the length. */
const LONGEST = 100;

/** `Did you mean 'adam'? ` if a known word is close enough to be a misspelling, else an empty string. */
export function suggestion(word: unknown, known: readonly string[]): string {
  if (typeof word !== 'string' || word.length > LONGEST) return '';
  const [nearest] = known
    .map((other) => ({ other, edits: editsBetween(word.toLowerCase(), other.toLowerCase()) }))
    .filter(({ edits }) => edits <= Math.max(1, word.length / 3))
    .sort((a, b) => a.edits - b.edits);
  return nearest === undefined ? '' : `Did you mean '${nearest.other}'? `;
}

/**
 * The edit distance: letters inserted, deleted, replaced or swapped with their neighbour.
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
