import { escapeText, ValueError } from './errors.ts';

/** The options, unless they are no object, or `op` does not know one, as after a typing error. */
export function checkOptions<Options extends object>(op: string, options: Options, known: readonly string[]): Options {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ValueError({
      op,
      got: `${show(options)} for the options`,
      expected: known.length > 0 ? `an object with any of ${known.join(', ')}` : 'none',
      fix: known.length > 0 ? `Name it: { ${known[0]}: ... }.` : 'Leave it out.',
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

/** A value as a message shows it. */
export const show = (value: unknown): string => escapeText(shown(value, 0));

/** Lists in lists are written out so deep. */
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
  return typeof type === 'function' ? type.name.replace(/^_/, '') : 'null'; // bundlers put the line before
}

/** A function that goes by a name of its own: messages show it. */
// @__NO_SIDE_EFFECTS__
export function named<F extends object>(name: string, f: F): F {
  return Object.defineProperty(f, 'name', { value: name });
}

/** What a value has to be, how a message says so, and whether it may be left out. */
export type Check = readonly [holds: (value: unknown) => boolean, expected: string, isRequired?: true];
/** Checks by the names of options. */
export type Checks<Name extends string = string> = Readonly<Record<Name, Check>>;

const number = /* @__NO_SIDE_EFFECTS__ */ (expected: string, holds: (value: number) => boolean): Check => [
  (value) => typeof value === 'number' && Number.isFinite(value) && holds(value),
  expected,
];

export const finite = number('a finite number', () => true);
export const positive = number('a finite number above 0', (value) => value > 0);
export const notNegative = number('a finite number of 0 or more', (value) => value >= 0);
export const fraction = number('a number from 0 up to but without 1', (value) => value >= 0 && value < 1);
export const unitInterval = number('a number from 0 to 1', (value) => value >= 0 && value <= 1);
export const integer = number('a whole number', Number.isInteger);
export const count = number('a whole number of 1 or more', (value) => Number.isInteger(value) && value >= 1);
export const countFrom0 = number('a whole number of 0 or more', (value) => Number.isInteger(value) && value >= 0);
export const countFrom2 = number('a whole number of 2 or more', (value) => Number.isInteger(value) && value >= 2);
/** A seed as the generator takes it: others would silently become another one. */
export const seedValue = number('a whole number of 32 bits', (n) => Number.isInteger(n) && Math.abs(n) <= 0xffffffff);
/** What is checked elsewhere. */
export const checkedLater: Check = [() => true, 'anything'];
export const flag: Check = [(value) => typeof value === 'boolean', 'true or false'];
export const text: Check = [(value) => typeof value === 'string', 'a name'];
export const func: Check = [(value) => typeof value === 'function', 'a function'];
/** What is looked up if it is a name. */
export const byName: Check = [
  (value) => typeof value === 'string' || typeof value === 'function' || (typeof value === 'object' && value !== null),
  'a name, or what a function of that name returns',
];

/** A list, typed or not, whose elements pass. */
export const listOf = /* @__NO_SIDE_EFFECTS__ */ ([holds]: Check, expected: string): Check => [
  (value) =>
    (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) &&
    Array.from(value as ArrayLike<unknown>).every(holds),
  expected,
];

/** One that may not be left out. */
export const required = /* @__NO_SIDE_EFFECTS__ */ ([holds, expected]: Check): Check => [holds, expected, true];

/** Refuses a value that does not pass. */
export function checkValue(op: string, name: string, value: unknown, [holds, expected]: Check): void {
  if (holds(value)) return;
  throw new ValueError({ op, got: `${name} ${show(value)}`, expected, fix: `Correct ${name}.` });
}

/** The options, unless one is without a check or does not pass; undefined is as good as left out. */
export function checkValues<Options extends object>(op: string, options: Options, checks: Checks): Options {
  checkOptions(op, options, Object.keys(checks));
  const given = new Map<string, unknown>(Object.entries(options));
  for (const [name, check] of Object.entries(checks)) {
    const [, , isRequired] = check;
    const value = given.get(name);
    if (value !== undefined || isRequired) checkValue(op, name, value, check);
  }
  return options;
}

/** Refuses a number that is not whole, or below `least`. */
export function checkWhole(op: string, name: string, value: unknown, least: number): void {
  if (Number.isInteger(value) && Number(value) >= least) return;
  throw new ValueError({
    op,
    got: `${name} ${show(value)}`,
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
    got: `${name} ${show(value)}`,
    expected: `a number of at least ${low} and below ${high}`,
    fix: `Correct ${name}.`,
  });
}

/** Refuses a word that is not among those known. */
export function checkWord(op: string, name: string, word: unknown, known: readonly string[]): void {
  if (known.some((each) => each === word)) return;
  throw new ValueError({
    op,
    got: `${name} ${show(word)}`,
    expected: known.map((each) => `'${each}'`).join(' or '),
    fix: `${suggestion(word, known)}Use one of these.`,
  });
}

/** Looks a name up, in camelCase or as Python writes it (`he_normal`), or lists the names there are. */
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

/** Refuses one of the functions of a table in place of what it returns. */
export function checkMade(op: string, table: Readonly<Record<string, unknown>>, given: unknown): void {
  const name = Object.keys(table).find((key) => table[key] === given);
  if (name === undefined) return;
  throw new ValueError({ op, got: `the function ${name}`, expected: 'what it returns', fix: `Call it: ${name}().` });
}

/** No name is as long, and the time to compare grows with the square. */
const LONGEST = 100;

/** `Did you mean 'adam'? ` if one of the known words is that close to the given one, as after a typing error. */
export function suggestion(word: unknown, known: readonly string[]): string {
  if (typeof word !== 'string' || word.length > LONGEST) return '';
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
