import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { comparisonsIn, endOf, plain } from '../harness/wgsl.ts';

// Drivers fold comparisons of floats so that NaN vanishes (shaders/lib/special.wgsl). Every statement of a shader that
// compares floats, or takes their minimum, maximum or sign, must therefore use keep_nan() or is_nan(), or have a
// comment "NaN: ..." that says why no NaN is lost: at the end of the line, or on a line above it in the same function.
// Choices between constants cannot lose NaN.

const test = suite('shaderNaN');

const CHOICE = /\b(?:min|max|clamp|sign|step|saturate|subgroupMin|subgroupMax)(?=\()/g;
const TO_INTEGER = /\b(?:[iu]32|I|B|bitcast_(?:I|\w*[iu]32)_+|vec\d_[iu]32_)(?=\()/;
const FLOAT = /f32|(?:^|_)[TVR](?:_|$)/;
const FUNCTION = /^(?:@compute .*\n)?fn (?:.*\} *$|[\s\S]*?^\}$)/gm;
const FIX =
  'Wrap it in keep_nan(x, ...) of shaders/lib/special.wgsl, or add a comment "// NaN: ..." that says why none is lost.';

/** The arguments of the call whose parenthesis opens at `open`. */
function argumentsAt(code: string, open: number): string[] {
  const found: string[] = [];
  for (let at = open; code[at] !== ')'; at = endOf(code, at + 1, ',')) {
    found.push(code.slice(at + 1, endOf(code, at + 1, ',')));
  }
  return found;
}

/** Whether an expression contains floats, judged by name; parameters are constants, and indices do not count. */
function isFloat(expression: string, names: ReadonlySet<string>): boolean {
  let rest = expression.replace(/\bparams\.\w+|\.[xyzw]+\b/g, '');
  for (const pattern of [TO_INTEGER, /\[/]) {
    for (let i = rest.search(pattern); i >= 0; i = rest.search(pattern)) {
      const open = i + rest.slice(i).search(/[([]/);
      rest = rest.slice(0, i) + rest.slice(endOf(rest, open + 1) + 1);
    }
  }
  return [...rest.matchAll(/\w+\(?/g)].some(([name]) => names.has(name));
}

/** The functions of a shader, as `name(`, and whether they return floats. */
const functionsOf = (code: string): [name: string, float: boolean][] =>
  [...code.matchAll(/\bfn (\w+\()[^)]*\) -> (\w+)/g)].map(([, name, type]) => [name, FLOAT.test(type)]);

/** The known names, and those declared as or assigned floats. */
function floatsIn(code: string, known: Iterable<string>): ReadonlySet<string> {
  const names = new Set(known);
  for (const [, name, type] of code.matchAll(/\b(\w+): (\w+)/g)) if (FLOAT.test(type)) names.add(name);
  for (const [, name, value] of code.matchAll(/\b(?:let|var) (\w+) = ([^;]+)/g)) {
    if (/\d\.\d/.test(value) || isFloat(value, names)) names.add(name);
  }
  return names;
}

/** A function with choices between constants blanked out. */
function withoutConstants(code: string, names: ReadonlySet<string>): string {
  let rest = code;
  for (const { index } of [...code.matchAll(/\bselect\(/g)].reverse()) {
    const open = index + 'select'.length;
    const [a, b] = argumentsAt(rest, open);
    if (isFloat(a, names) || isFloat(b, names)) continue;
    const end = endOf(rest, open + 1) + 1;
    rest = rest.slice(0, index) + rest.slice(index, end).replace(/./g, ' ') + rest.slice(end);
  }
  return rest;
}

/** The expressions that may lose NaN in a function, and their positions. */
function suspectsIn(body: string, names: ReadonlySet<string>): { at: number; what: string }[] {
  const code = withoutConstants(body, names);
  const comparisons = comparisonsIn(code).flatMap(({ left, right }) => {
    const isOfFloats = [left, right].some((operand) => isFloat(code.slice(...operand), names));
    return isOfFloats ? { at: left[0], what: code.slice(left[0], right[1]) } : [];
  });
  const choices = [...code.matchAll(CHOICE)].flatMap(({ index, 0: name }) => {
    const list = argumentsAt(code, index + name.length);
    return list.some((argument) => isFloat(argument, names)) ? { at: index, what: `${name}(${list.join(',')})` } : [];
  });
  return [...comparisons, ...choices].filter(({ at }) => {
    const start = Math.max(...[';', '{', '}'].map((mark) => code.lastIndexOf(mark, at)));
    return !/\b(?:keep|is)_nan\(/.test(code.slice(start + 1, at + code.slice(at).search(/[;{}]/)));
  });
}

/** The lines for which a comment says why no NaN is lost. */
function explainedIn(text: string): ReadonlySet<number> {
  const found = new Set<number>();
  let above = false;
  text.split('\n').forEach((line, i) => {
    above = !/^(?:\}|$)/.test(line) && (above || /^\s*\/\/ NaN: \S/.test(line));
    if (above || /\/\/ NaN: \S/.test(line)) found.add(i + 1);
  });
  return found;
}

/** The expressions that may lose NaN in a shader, with their lines; `functions` lists those of all shaders. */
function faultsIn(text: string, functions: ReadonlyMap<string, boolean>): { line: number; what: string }[] {
  const code = plain(text);
  const known = [...new Map([...functions, ...functionsOf(code)])].flatMap(([name, float]) => (float ? name : []));
  const shared = floatsIn(code.replace(FUNCTION, ''), known);
  const explained = explainedIn(text);
  return [...code.matchAll(FUNCTION)]
    .flatMap(({ index, 0: body }) =>
      suspectsIn(body, floatsIn(body, shared)).map(({ at, what }) => ({
        line: code.slice(0, index + at).split('\n').length,
        what: what.trim(),
      })),
    )
    .filter(({ line }) => !explained.has(line));
}

const folder = join(process.cwd(), 'shaders');
const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.wgsl')).sort();
const shaders = await Promise.all(
  files.map(async (name) => ({ file: `shaders/${name}`, text: await readFile(join(folder, name), 'utf8') })),
);
const functions = new Map<string, boolean>();
for (const [name, float] of shaders.flatMap(({ text }) => functionsOf(plain(text)))) {
  functions.set(name, float && functions.get(name) !== false); // where shaders differ, assume no float
}

test('no shader loses NaN', () => {
  assert.ok(shaders.length > 100);
  const found = shaders.flatMap(({ file, text }) =>
    faultsIn(text, functions).map(({ line, what }) => `${file}:${line}: a driver may lose the NaN of ${what}. ${FIX}`),
  );
  assert.equal(found, []);
});

// Code that drivers fold, or may fold.
const lossy = {
  'fn f(x: T) -> T { return select(x, T(0), x < T(0)); }': ['x < T(0)'],
  'fn f(v: T) -> T { return select(select(v, T(0), v < T(0)), T(1), v > T(1)); }': ['v < T(0)', 'v > T(1)'],
  'fn dfb(a: T, b: T) -> T { return select(a, T(0), a > T(0)); }': ['a > T(0)'],
  'fn f(g: vec4<f32>) -> vec4<f32> { return clamp(g, -limit, limit); }': ['clamp(g, -limit, limit)'],
  'fn f(i: u32) -> f32 {\n  let a = x[i];\n  let b = a * a;\n  return max(1, b);\n}': ['max(1, b)'],
  'fn f(v: V, best: V) -> B { return !(v <= best) & (best == best); }': ['v <= best', 'best == best'],
  'fn f(x: T) -> T { return sign(x); } // NaN stays NaN': ['sign(x)'],
};
for (const [code, expected] of Object.entries(lossy)) {
  test(`found: ${code.replaceAll('\n', '')}`, () => {
    const text = `@group(0) @binding(1) var<storage, read> x: array<f32>;\n${code}\n`;
    assert.equal(
      faultsIn(text, functions).map(({ what }) => what),
      expected,
    );
  });
}

const safe = [
  'fn f(x: T) -> T { return keep_nan(x, max(x, T(0))); }',
  'fn f(a: T, b: T) -> R { return R((a == b) & !is_nan(a) & !is_nan(b)); }',
  'fn df(x: T, y: T) -> T { return select(select(T(0), T(0.5), x == T(0)), T(params.alpha), x > T(0)); }',
  'fn f(x: T) -> T { return sign(x); } // NaN: never comes here',
  'fn f(x: T) -> T {\n  // NaN: never comes here.\n  let y = max(x, T(0));\n  return y;\n}',
  'fn f(x: vec4<f32>) -> u32 { return min(u32(x.x), params.size); }',
  'fn f() { for (var i = 0u; i < min(params.size, 4 * WORKGROUP_SIZE); i++) { x[i] += 1.0; } }',
];
for (const code of safe) {
  test(`not found: ${code.replaceAll('\n', '')}`, () => assert.equal(faultsIn(`${code}\n`, functions), []));
}

test.run();
