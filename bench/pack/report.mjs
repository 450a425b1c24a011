// What the pack measured, as a page of Markdown.

const MODES = { checked: 'checked', unchecked: "without Dawn's checks" };

const digits = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
const line = (cells) =>
  `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
const table = (head, rows) => [line(head), line(head.map(() => '---')), ...rows.map(line), ''];

/** A result, or a word on why there is none. */
const orReason = (result, form) =>
  result === undefined
    ? ''
    : result.failed !== undefined && typeof result.failed === 'string'
      ? `failed: ${result.failed}`
      : form(result);

function about({ date, machine, gpu }) {
  const { vendor, architecture, device, description, software } = gpu?.adapter ?? {};
  return [
    `- date: ${date}`,
    `- GPU: ${[vendor, architecture, device].filter(Boolean).join(' ')}${software ? ' (in software: ratios only)' : ''}`,
    `- driver: ${description}`,
    `- CPU: ${machine.cpu}; kernel ${machine.kernel}`,
    ...(gpu?.tried ?? []).map((attempt) => `- looked for a GPU with ${attempt}`),
    '',
  ];
}

function summary(results) {
  const rows = Object.entries(MODES)
    .filter(([mode]) => results[mode] !== undefined)
    .map(([mode, name]) => {
      const { gradcheck, roofline } = results[mode];
      return [
        name,
        orReason(gradcheck, ({ passed, failed }) => `${passed} passed, ${failed} failed`),
        orReason(roofline, ({ bandwidth }) => `${digits(bandwidth / 1e9)} GB/s`),
        orReason(roofline, ({ arithmetic }) => `${digits(arithmetic / 1e9)} GFLOP/s`),
      ];
    });
  return ['## Checks and limits', '', ...table(['', 'gradcheck', 'copy', 'multiply and add'], rows)];
}

function training({ checked, unchecked, pytorch }) {
  const batches = checked?.training?.rows ?? unchecked?.training?.rows ?? [];
  const modes = [...new Set((pytorch?.training ?? []).map(({ mode }) => mode))];
  const head = ['batch', ...Object.values(MODES), ...modes.map((mode) => `PyTorch ${mode}`), 'test accuracy'];
  const own = (result, batchSize) => {
    const row = result?.training?.rows?.find((each) => each.batchSize === batchSize);
    return row === undefined ? orReason(result?.training, () => '') : digits(row.stepsPerSecond);
  };
  const rows = batches.map(({ batchSize, accuracy }) => [
    batchSize,
    own(checked, batchSize),
    own(unchecked, batchSize),
    ...modes.map((mode) => {
      const { value, failed } = pytorch.training.find((each) => each.mode === mode && each.batchSize === batchSize);
      return failed ?? digits(value);
    }),
    `${(100 * accuracy).toFixed(1)} %`,
  ]);
  return ["## The lecture's network, steps per second", '', ...table(head, rows)];
}

function kernels({ checked, unchecked, pytorch }) {
  const rows = checked?.roofline?.kernels ?? unchecked?.roofline?.kernels ?? [];
  const find = (list, { name, size }) => list?.find((each) => each.name === name && each.size === size);
  const time = (kernel) => (kernel === undefined ? '' : `${digits(1000 * kernel.milliseconds)} us`);
  const share = (kernel) => (kernel === undefined ? '' : `${(100 * kernel.share).toFixed(1)} %`);
  return [
    '## Kernels',
    '',
    'Shares are of the limit that a kernel meets first: the copy bandwidth or the rate of multiplications and additions.',
    '',
    ...table(
      ['kernel', 'size', 'checked', 'share', "without Dawn's checks", 'share', 'PyTorch eager'],
      rows.map((row) => {
        const [first, second] = [checked, unchecked].map((mode) => find(mode?.roofline?.kernels, row));
        const peer = find(pytorch?.kernels, row);
        const theirs = peer === undefined ? '' : (peer.failed ?? `${digits(1000 * peer.value)} us`);
        return [row.name, row.size, time(first), share(first), time(second), share(second), theirs];
      }),
    ),
  ];
}

function peers(results) {
  const rows = Object.entries(MODES).flatMap(([mode, name]) =>
    (Array.isArray(results[mode]?.peers) ? results[mode].peers : []).map(
      ({ workload, library, median, ratio, failed }) => [
        name,
        workload,
        library,
        failed === undefined ? `${digits(median)} ms` : `failed: ${failed}`,
        ratio === undefined ? '' : `${ratio.toFixed(2)} x`,
      ],
    ),
  );
  return ['## Peers', '', ...table(['', 'workload', 'library', 'median', "of dawngrad's speed"], rows)];
}

/** The whole report. */
export const markdown = (results) =>
  [
    '# dawngrad on this machine',
    '',
    ...about(results),
    ...summary(results),
    ...training(results),
    ...kernels(results),
    ...peers(results),
    ...(results.pytorch === undefined
      ? []
      : [`PyTorch: ${orReason(results.pytorch, ({ torch, device }) => `${torch} on ${device}`)}`, '']),
  ].join('\n');
