// What the docstrings of the public API must say.
import ts from 'typescript';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('docstrings');

const ENTRIES = ['src/node.ts', 'src/data/node.ts', 'src/search/index.ts'];
const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, '.');
const program = ts.createProgram(ENTRIES, options);
const checker = program.getTypeChecker();

interface Documented {
  readonly name: string;
  readonly text: string;
  readonly tags: readonly string[];
}

const documented = (name: string, symbol: ts.Symbol): Documented => ({
  name,
  text: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
  tags: symbol.getJsDocTags(checker).map((tag) => tag.name),
});

/** All that the package exports, by name. */
const exported = new Map(
  ENTRIES.flatMap((path) => {
    const file = program.getSourceFile(path);
    const module = file && checker.getSymbolAtLocation(file);
    return module ? checker.getExportsOfModule(module) : [];
  }).map((symbol) => [symbol.name, symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol]),
);
const isFunction = (symbol: ts.Symbol): boolean =>
  Boolean(symbol.flags & ts.SymbolFlags.Value) && checker.getTypeOfSymbol(symbol).getCallSignatures().length > 0;

test('everything that is exported has a docstring', () => {
  assert.ok(exported.size > 400);
  const without = [...exported].map(([name, symbol]) => documented(name, symbol)).filter(({ text }) => text === '');
  assert.equal(
    without.map(({ name }) => name),
    [],
  );
});

/** Functions that throw nothing of their own. */
const NEVER_THROW = new Set(
  (
    'scope keep nonNegative glorotNormal glorotUniform heNormal heUniform lecunNormal lecunUniform flatten defineLayer ' +
    'makeMetric relu neg abs sign square'
  ).split(' '),
);

test('every function says what it throws', () => {
  const functions = [...exported].filter(([, symbol]) => isFunction(symbol)).map((each) => documented(...each));
  assert.ok(functions.length > 200);
  const silent = functions.filter(({ name, tags }) => !tags.includes('throws') && !NEVER_THROW.has(name));
  assert.equal(
    silent.map(({ name }) => name),
    [],
  );
  assert.equal(
    [...NEVER_THROW].filter((name) => !exported.has(name)),
    [],
  );
});

/** Options whose default is that nothing happens. */
const NO_DEFAULT = new Set(
  (
    'inputShape params constants uniforms sources variant resume signal everySteps everySeconds onTrial translation ' +
    'rotation zoom shear brightness contrast erasing variance'
  ).split(' '),
);

test('every option is described, with its default', () => {
  const silent = [...exported].flatMap(([name, symbol]) =>
    !/Options$/.test(name) || !(symbol.flags & ts.SymbolFlags.Interface)
      ? []
      : checker
          .getDeclaredTypeOfSymbol(symbol)
          .getProperties()
          .filter((option) => {
            const { text } = documented(option.name, option);
            const isOptional = Boolean(option.flags & ts.SymbolFlags.Optional);
            return text === '' || (isOptional && !/default/i.test(text) && !NO_DEFAULT.has(option.name));
          })
          .map((option) => `${name}.${option.name}`),
  );
  assert.equal(silent, []);
});

test.run();
