// The direction of imports (docs/architecture.md): a folder may import from those listed before it, types included.
const layers = [
  '^src/core/',
  '^src/io/',
  '^src/backends/cpu/reference/',
  '^src/backends/',
  '^src/ops/',
  '^src/engine/',
  '^src/(nn|optim)/',
  '^src/data/',
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
      from: { path: from, pathNot: layers.slice(0, i) },
      to: { path: layers.slice(i + 1), pathNot: layers.slice(0, i + 1) },
    })),
    {
      name: 'the reference shares nothing with the kernels',
      severity: 'error',
      from: { path: '^src/backends/cpu/reference/' },
      to: { path: '^src/', pathNot: '^src/(backends/cpu/reference/|core/(shape|errors|random/philox)[.]ts)' },
    },
    {
      name: 'every file is in a known folder',
      severity: 'error',
      from: { path: '^src/', pathNot: [...layers, '[.]d[.]ts$'] },
      to: {},
    },
    {
      name: 'no circles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
