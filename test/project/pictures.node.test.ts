// The pictures of the documents, and the numbers that the text beside them states.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('pictures');

const read = (path: string): string => readFileSync(path, 'utf8');
const pictured = readdirSync('docs/pictures').flatMap((file) => (file.endsWith('.svg') ? [file.slice(0, -4)] : []));

/** Pictures that were drawn before their numbers were kept. */
const BEFORE = new Set(
  (
    'augmentation batchNormalization clipping convolution earlyStopping imbalance ' +
    'labelSmoothing lecture overfitting pretraining residual resume settings'
  ).split(' '),
);

test('no picture is older than the code of its example', () => {
  const listed = execFileSync(process.execPath, ['docs/pictures.mjs', '--stale'], { encoding: 'utf8' });
  assert.equal(
    listed.split('\n').filter((name) => name && !BEFORE.has(name)),
    [],
  );
  assert.equal(
    [...BEFORE].filter((name) => existsSync(`docs/pictures/${name}.json`)),
    [],
    'to leave the list',
  );
});

test('every picture is shown, and every picture that is shown exists', () => {
  const pages = ['README.md', ...readdirSync('docs').flatMap((file) => (file.endsWith('.md') ? [`docs/${file}`] : []))];
  const shown = pages.flatMap((page) => [...read(page).matchAll(/pictures\/(\w+)\.svg/g)].map(([, name]) => name));
  assert.equal([...new Set(shown)].toSorted(), pictured.toSorted());
});

/** All numbers in objects and arrays, and in their names. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (Array.isArray(value)) return value.flatMap(numbersIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => [
    ...(name.match(/\d+(?:\.\d+)?/g) ?? []).map(Number),
    ...numbersIn(each),
  ]);
}

interface Stated {
  readonly text: string;
  readonly value: number;
  /** Half a unit of the last digit. */
  readonly half: number;
}

const NUMBER = /(?<![\w.,-])-?\d+(?:,\d{3})*(?:\.\d+)?(?:e-?\d+)?(?![\w-])(?: %)?/g;

/** The numbers of a text, without its code, formulas, links and years of publication. */
export function statedIn(text: string): Stated[] {
  const prose = text
    .replace(/```[\s\S]*?```|`[^`]*`|\$\$[\s\S]*?\$\$|\$[^$\n]*\$|!?\[[^\]]*\]\([^)]*\)/g, ' ')
    .replace(/\((?:19|20)\d\d\)/g, ' ');
  return [...prose.matchAll(NUMBER)].map(([token]) => {
    const [mantissa, exponent = '0'] = token.replace(/,| %/g, '').split('e');
    const decimals = mantissa.split('.')[1]?.length ?? 0;
    const scale = 10 ** Number(exponent) / (token.endsWith('%') ? 100 : 1);
    return { text: token, value: Number(mantissa) * scale, half: (0.5 * scale) / 10 ** decimals };
  });
}

/** Whether a stated number is one of the known ones, rounded; shares may be stated as percentages, and the other way. */
const isOneOf = ({ value, half }: Stated, known: readonly number[]): boolean =>
  known.some((each) => [each, each / 100, each * 100].some((v) => Math.abs(v - value) <= half * (1 + 1e-9)));

/** Sections of the lecture's page that have an example, each with its name. */
const sections = read('docs/lecture.md')
  .split(/^###? /m)
  .slice(1)
  .map((text) => ({
    title: text.split('\n', 1)[0],
    text: text.slice(text.indexOf('\n')),
    examples: [...text.matchAll(/pictures\/(\w+)\.svg|^Examples?: (.*)$/gm)].flatMap(([, picture, names]) =>
      picture ? [picture] : [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    ),
  }))
  .filter(({ examples }) => examples.length > 0 && !examples.some((name) => BEFORE.has(name)));

/** What an example wrote; one that others import draws no picture. */
const resultsOf = (name: string): unknown =>
  pictured.includes(name) ? JSON.parse(read(`docs/pictures/${name}.json`)).results : {};

test('every number beside a picture is a result of its example, or one of its settings', () => {
  const wrong: string[] = [];
  for (const { title, text, examples } of sections) {
    const known = examples.flatMap((name) => [
      ...numbersIn(resultsOf(name)),
      ...[...read(`examples/${name}.mjs`).matchAll(/-?\d[\d_]*(?:\.\d+)?(?:e-?\d+)?/g)].map(([token]) =>
        Number(token.replaceAll('_', '')),
      ),
    ]);
    wrong.push(...statedIn(text).flatMap((stated) => (isOneOf(stated, known) ? [] : [`${title}: ${stated.text}`])));
  }
  assert.equal(wrong, []);
});

test('a changed number is noticed', () => {
  const [rounded, percent, small] = statedIn('A loss of 0.48, 91.3 % of 1,024 images, 4e-2 (2015), `3`, $7$.').filter(
    (_, i) => i !== 2,
  );
  assert.ok(isOneOf(rounded, [0.4791]) && !isOneOf(rounded, [0.4741]));
  assert.ok(isOneOf(percent, [0.9128]) && isOneOf(percent, [91.28]) && !isOneOf(percent, [0.9118]));
  assert.ok(isOneOf(small, [0.0412]) && !isOneOf(small, [0.031]));
});

test.run();
