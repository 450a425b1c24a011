// Parses just enough WGSL to find comparisons.

const COMPARISON = /(?<![-+*/%&|^<>=!])(?:[<>]=?|[=!]=)(?![<>=])/g;
/** The tokens that end an operand of a comparison, outside parentheses. */
const ENDS = ',;{}&|!=<>';

/** A shader without comments, with `vec4_f32_` for `vec4<f32>`; every other character keeps its position. */
export function plain(text: string): string {
  let code = text.replace(/\/\/.*/g, (comment) => ' '.repeat(comment.length));
  for (let depth = 0; depth < 3; depth++) {
    code = code.replace(/\b(?:array|bitcast|mat\dx\d|var|vec\d)<[\w, *]*>/g, (type) => type.replace(/\W/g, '_'));
  }
  return code;
}

/** The end of an expression, forwards or backwards: an unmatched bracket, or one of `ends` outside brackets. */
export function endOf(code: string, at: number, ends = '', step: 1 | -1 = 1): number {
  let depth = 0;
  let i = at;
  for (; i >= 0 && i < code.length; i += step) {
    if (depth === 0 && ends.includes(code[i])) break;
    depth += step * (Number('([{'.includes(code[i])) - Number(')]}'.includes(code[i])));
    if (depth < 0) break;
  }
  return i;
}

/** A comparison: its operands are `code.slice(...left)` and `code.slice(...right)`. */
export interface Comparison {
  readonly operator: string;
  readonly left: readonly [start: number, end: number];
  readonly right: readonly [start: number, end: number];
}

/** The comparisons in plain code, in order. */
export function comparisonsIn(code: string): Comparison[] {
  return [...code.matchAll(COMPARISON)].map(({ index, 0: operator }) => {
    const start = endOf(code, index - 1, ENDS, -1) + 1;
    const [before] = /^\s*(?:return\b)?\s*/.exec(code.slice(start, index)) ?? [''];
    const right = index + operator.length;
    return { operator, left: [start + before.length, index], right: [right, endOf(code, right, ENDS)] };
  });
}

/** Comparisons of two numbers that return the opposite if one is NaN. */
const OTHERWISE: Readonly<Record<string, (a: string, b: string) => string>> = {
  '<': (a, b) => `!(${a} >= ${b})`,
  '<=': (a, b) => `!(${a} > ${b})`,
  '>': (a, b) => `!(${a} <= ${b})`,
  '>=': (a, b) => `!(${a} < ${b})`,
  '==': (a, b) => `!((${a} < ${b}) | (${a} > ${b}))`,
  '!=': (a, b) => `((${a} < ${b}) | (${a} > ${b}))`,
};

/** A shader as compiled by a driver that assumes there is no NaN: comparisons with NaN return the opposite. */
export function comparedOtherwise(text: string): string {
  const code = plain(text);
  return comparisonsIn(code).reduceRight((result, { operator, left, right }) => {
    const ofTruths = /[<>]/.test(code.slice(left[0], left[1]) + code.slice(right[0], right[1]));
    if (ofTruths) return result;
    const other = OTHERWISE[operator](text.slice(...left), text.slice(...right));
    return `${result.slice(0, left[0])}(${other})${result.slice(right[1])}`;
  }, text);
}
