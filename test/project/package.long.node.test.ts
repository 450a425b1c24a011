import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import type * as Esbuild from 'esbuild';
import type TypeScript from 'typescript';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('package');

const require = createRequire(import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'dawngrad-package-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const run = (file: string, args: readonly string[], cwd = process.cwd()): string =>
  execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], cwd });
/** npm's program, which runs this: on Windows `npm` is a script of another shell. */
const NPM = process.env.npm_execpath ?? run('which', ['npm']).trim();
const node = (...args: readonly string[]): string => run(process.execPath, args);

/** The package as npm packs it, in a project that has nothing else. */
const installed = join(folder, 'node_modules', 'dawngrad');
node('node_modules/typescript-7/bin/tsc', '-p', 'tsconfig.build.json');
node(NPM, 'pack', '--silent', '--ignore-scripts', '--pack-destination', folder);
mkdirSync(join(folder, 'node_modules', '@sparticuz'), { recursive: true });
mkdirSync(installed);
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
run('tar', ['-xzf', join(folder, `dawngrad-${version}.tgz`), '-C', installed, '--strip-components', '1']);
for (const name of ['webgpu', '@sparticuz/chromium']) {
  const source = join(process.cwd(), 'node_modules', name);
  if (existsSync(source)) symlinkSync(source, join(folder, 'node_modules', name), 'junction');
}
const write = (file: string, text: string): void => writeFileSync(join(folder, file), text);

const [, example] = /```js\n(\/\/ examples\/circle\.mjs[\s\S]*?)```/.exec(readFileSync('README.md', 'utf8')) ?? [];
const CONSOLE = 'declare const console: { log(...values: unknown[]): void };\n'; // of @types/node or lib.dom

test('strict projects compile, with the oldest TypeScript and the newest, whatever their libraries and resolution', () => {
  const ENTRIES = ['dawngrad', 'dawngrad/data', 'dawngrad/search'];
  write('names.mts', ENTRIES.map((entry, i) => `export * as entry${i} from '${entry}';`).join('\n'));
  write('readme.mts', `${example}export {};\n`);
  write(
    'calls.mts',
    `import { CaptureError, dense, type Gpu, init, mean, sequential, square, sub, type Tensor, tensor } from 'dawngrad';
const model = sequential([dense({ units: 1, inputShape: [1] })]);
const off = (y: Tensor, p: Tensor): Tensor => mean(sub(p, y));
model.compile({ loss: (y, p) => mean(square(sub(p, y))), metrics: [(y, p) => mean(sub(p, y)), off, 'accuracy'] });
const nested = await tensor([[1, 2]]).array();
export const [number, rows, text]: [number, number[][], string] = [nested[0][1], nested, nested[0][0].toFixed(2)];
export const open = (gpu: Gpu) => init({ gpu, backend: 'webgpu' });
export const failed = (error: unknown): boolean => error instanceof CaptureError;
`,
  );
  const settings = ['node16', 'nodenext', 'bundler'].flatMap((moduleResolution) =>
    [['es2022'], ['es2022', 'dom']].map((lib) => ({ moduleResolution, lib })),
  );
  const files = ['names.mts', 'readme.mts', 'calls.mts', 'console.d.ts'];
  const problems: string[] = [];
  for (const compiler of ['typescript-5.4', 'typescript-7']) {
    for (const { moduleResolution, lib } of settings) {
      if (compiler !== 'typescript-7' && moduleResolution === 'nodenext') continue; // slower, and the same as node16 here
      write('console.d.ts', lib.includes('dom') ? '' : CONSOLE);
      const compilerOptions = {
        strict: true,
        noEmit: true,
        target: 'es2022',
        module: moduleResolution === 'bundler' ? 'esnext' : moduleResolution,
        moduleResolution,
        lib,
        types: [],
        skipDefaultLibCheck: true, // dawngrad's declarations are checked
      };
      for (const problem of diagnose(compiler, compilerOptions, files)) {
        problems.push(`${compiler}, ${moduleResolution}, ${lib}: ${problem}`);
      }
    }
  }
  assert.equal(problems.slice(0, 20), []);
});

/** What a version of TypeScript finds; from 7 on it is a program alone. */
function diagnose(compiler: string, compilerOptions: object, files: readonly string[]): string[] {
  if (compiler === 'typescript-7') {
    write('tsconfig.json', JSON.stringify({ compilerOptions, files }));
    try {
      node(`node_modules/${compiler}/bin/tsc`, '-p', folder);
      return [];
    } catch (error) {
      return String(Reflect.get(Object(error), 'stdout'))
        .trim()
        .split('\n');
    }
  }
  const ts: typeof TypeScript = require(compiler);
  const { options, errors } = ts.convertCompilerOptionsFromJson(compilerOptions, folder);
  const names = files.map((file) => join(folder, file));
  const program = ts.createProgram(names, options);
  return [...errors, ...ts.getPreEmitDiagnostics(program)].map(
    ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
  );
}

test('declarations name nothing of WebGPU, so that they need no types of others', () => {
  const ts: typeof TypeScript = require('typescript');
  const { options } = ts.convertCompilerOptionsFromJson({ module: 'nodenext', types: [], lib: ['es2022'] }, folder);
  const program = ts.createProgram([join(folder, 'names.mts')], options);
  const own = program.getSourceFiles().filter(({ fileName }) => fileName.includes('/dawngrad/dist/'));
  assert.ok(own.length > 50);
  const found = own.filter(({ text }) => /\bGPU\w+|@webgpu|['"]node:/.test(text.replace(/\/\*[\s\S]*?\*\//g, '')));
  assert.equal(
    found.map(({ fileName }) => fileName),
    [],
  );
});

test('functions go by their names, in messages too', async () => {
  const dawngrad: Record<string, unknown> = await import(
    pathToFileURL(join(installed, 'dist/browser/browser.js')).href
  );
  const functions = Object.entries(dawngrad).filter(([, value]) => typeof value === 'function');
  assert.ok(functions.length > 150);
  assert.equal(
    functions.flatMap(([name, value]) => {
      const own = String(Reflect.get(Object(value), 'name')).replace(/^_/, ''); // esbuild's, for a class that names itself
      return own === name ? [] : [`${name}: ${own}`];
    }),
    [],
  );
});

/** Trains the lecture's network, and names nothing else. */
const LECTURE = `import { activation, adam, batchNormalization, dense, dropout, init, sequential } from 'dawngrad';
await init();
const block = (units) => [dense({ units }), batchNormalization(), activation('relu'), dropout({ rate: 0.5 })];
const model = sequential([...block(200), ...block(100), dense({ units: 10, activation: 'softmax' })]);
model.compile({ optimizer: adam(), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
await model.fit(x, y, { epochs: 5, batchSize: 128 });
`;
const LIMIT = 86; // KiB, a little above what it takes

test('a page that trains takes what it uses', () => {
  write('lecture.mjs', LECTURE);
  const { buildSync }: typeof Esbuild = require('esbuild');
  const { outputs } = buildSync({
    absWorkingDir: folder,
    entryPoints: ['lecture.mjs'],
    outdir: 'bundle',
    ...{ bundle: true, splitting: true, format: 'esm', minify: true, metafile: true },
  }).metafile;
  const loaded = new Set<string>();
  const load = (file: string): void => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const { path, kind } of outputs[file].imports) if (kind === 'import-statement') load(path);
  };
  load('bundle/lecture.js');
  const zipped = [...loaded].map((file) => gzipSync(readFileSync(join(folder, file)), { level: 9 }).length);
  const size = zipped.reduce((sum, bytes) => sum + bytes, 0) / 1024;
  console.log(`\nnote: the lecture's network in a page: ${size.toFixed(1)} KiB gzipped`);
  assert.ok(size < LIMIT, `${size} KiB`);
  const inputs = [...loaded].flatMap((file) => Object.keys(outputs[file].inputs));
  for (const left of ['reference/softmax', 'ops/conv', 'search/', 'nn/embedding', 'callbacks/', 'train/load']) {
    assert.equal(
      inputs.filter((file) => file.includes(`dist/browser/${left}`)),
      [],
    );
  }
});

test('the package has what it needs: licences, what the README links to, its own package.json', () => {
  const readme = readFileSync(join(installed, 'README.md'), 'utf8');
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, link]) => link);
  const needed = [...links, 'LICENSE', 'CHANGELOG.md', 'dist/THIRD_PARTY.txt', 'dist/browser/browser.js.map'];
  assert.equal(
    needed.filter((file) => !existsSync(join(installed, file))),
    [],
  );
  assert.match(readFileSync(join(installed, 'dist/THIRD_PARTY.txt'), 'utf8'), /\necharts .*\(Apache-2\.0\)\n/);
  const script = `import { init, ones } from 'dawngrad';
    import { createRequire } from 'node:module';
    await init({ backend: 'cpu' });
    console.log(ones([2]), createRequire(import.meta.url)('dawngrad/package.json').version);`;
  write('run.mjs', script);
  assert.match(node(join(folder, 'run.mjs')), /^Tensor \[2\] f32 \(read it .*\) \d/);
  assert.is(dirname(require.resolve('dawngrad/package.json', { paths: [folder] })), installed);
});

test.run();
