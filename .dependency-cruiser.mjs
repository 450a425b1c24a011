// The direction of imports (docs/architecture.md): a layer may use those before it, never those after.
const layers = [
  '^src/(errors|shape|storage|kernel|options|scope|sleep|files|folders|version)[.]ts$',
  '^src/reference/',
  '^src/(device|tensor|tape|random)[.]ts$',
  '^src/(gpu/|plan/|cpu[.]ts)',
  '^src/op[.]ts$',
  '^src/ops/',
  '^src/(gradient|compile|init)[.]ts$',
  '^src/(nn|optim|data)/',
  '^src/train/',
  '^src/search/',
  '^src/(gradcheck|roofline)/',
  '^src/(overloads|index|node|browser)[.]ts$',
  '^src/cli/',
];

export default {
  forbidden: [
    ...layers.slice(0, -1).map((from, i) => ({
      name: `no import upwards from ${from}`,
      severity: 'error',
      from: { path: from },
      to: { path: layers.slice(i + 1), dependencyTypesNot: ['type-only'] },
    })),
    {
      name: 'the reference shares nothing with the kernels',
      severity: 'error',
      from: { path: '^src/reference/' },
      to: { path: '^src/', pathNot: '^src/(reference/|shape[.]ts|errors[.]ts)' },
    },
    {
      name: 'every file has its layer',
      severity: 'error',
      from: { path: '^src/', pathNot: [...layers, '[.]d[.]ts$'] },
      to: {},
    },
    {
      name: 'no cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: 'specify',
  },
};
