// The laboratory's results as a Markdown page.

const digits = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
const line = (cells) =>
  `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
export const table = (head, rows) => [line(head), line(head.map(() => '---')), ...rows.map(line), ''];

/** A stage's part of the report: its heading, then its lines or the reason why there are none. */
function part(title, result, lines) {
  if (result === undefined) return [];
  const note = result.late ? ['Incomplete: time ran out.', ''] : [];
  return [
    `## ${title}`,
    '',
    ...(result.failed !== undefined && typeof result.failed === 'string'
      ? [`failed: ${result.failed}`, '']
      : [...note, ...lines(result)]),
  ];
}

function about({ date, version, machine, gpu }) {
  const { vendor, architecture, device, description, software } = gpu?.adapter ?? {};
  return [
    `- dawngrad ${version}, ${date}`,
    `- GPU: ${[vendor, architecture, device].filter(Boolean).join(' ')}${software ? ' (in software: ratios only)' : ''}`,
    `- driver: ${description}`,
    `- CPU: ${machine.cpu}`,
    ...(gpu?.tried ?? []).map((attempt) => `- tried ${attempt}`),
    '',
  ];
}

const gradcheck = ({ gradcheck: result }) =>
  part('Gradient checks', result, ({ passed, failed, failures }) => [
    `${passed} passed, ${failed} failed`,
    '',
    ...failures.map((row) => `    ${row}`),
    '',
  ]);

const suite = ({ suite: result }) =>
  part('Tests', result, ({ files, left }) => [
    `${files.reduce((sum, { passed }) => sum + passed, 0)} passed, ${files.reduce((sum, { failed }) => sum + failed, 0)} failed, in ${files.length} files; ${left.length} files not run.`,
    '',
    ...files
      .filter(({ failed, late }) => failed > 0 || late)
      .map(
        ({ file, passed, failed, late }) => `- ${file}: ${passed} passed, ${failed} failed${late ? ', timed out' : ''}`,
      ),
    '',
  ]);

/** Steps per second of dawngrad and of each PyTorch mode. */
function training({ training: own, unchecked, pytorch }) {
  const modes = [...new Set((pytorch?.training ?? []).map(({ mode }) => mode))];
  return part("The lecture's network, steps per second", own, ({ rows }) =>
    table(
      [
        'batch',
        'dawngrad',
        ...(unchecked?.rows ? ["without Dawn's checks"] : []),
        ...modes.map((mode) => `PyTorch ${mode}`),
        'test accuracy',
      ],
      rows.map(({ batchSize, stepsPerSecond, accuracy }) => [
        batchSize,
        digits(stepsPerSecond),
        ...(unchecked?.rows
          ? [digits(unchecked.rows.find((each) => each.batchSize === batchSize)?.stepsPerSecond ?? Number.NaN)]
          : []),
        ...modes.map((mode) => {
          const found = pytorch.training.find((each) => each.mode === mode && each.batchSize === batchSize);
          return found === undefined ? '' : (found.failed ?? digits(found.value));
        }),
        `${(100 * accuracy).toFixed(1)} %`,
      ]),
    ),
  );
}

const steps = ({ steps: result }) =>
  part('GPU time of each dispatch in a training step', result, ({ rows }) =>
    rows.flatMap(({ batchSize, microseconds, kernels }) => [
      `### Batch ${batchSize}: ${digits(microseconds)} us`,
      '',
      ...table(
        ['kernel', 'per step', 'us'],
        kernels
          .filter(({ perStep }) => perStep >= 1)
          .map(({ name, perStep, microseconds: each }) => [
            `\`${name.replace(/\S+\/(?=\S)/g, '').slice(0, 120)}\``,
            perStep,
            digits(each),
          ]),
      ),
    ]),
  );

const sweep = ({ sweep: result }) =>
  part('Matrix products', result, ({ rows }) =>
    table(
      ['layout', 'M x K x N', 'fastest', 'us', 'TFLOP/s', 'default choice', 'us'],
      rows.map(({ layout, M, K, N, images, usual, microseconds }) => {
        const [best, time] = Object.entries(microseconds).sort(([, a], [, b]) => a - b)[0];
        return [
          layout,
          `${M} x ${K} x ${N}${images ? `, windows of ${images.join(' x ')}` : ''}`,
          best,
          digits(time),
          digits((2 * M * N * K) / time / 1e6),
          usual,
          digits(microseconds[usual]),
        ];
      }),
    ),
  );

const latency = ({ latency: result }) =>
  part('Latencies, us', result, ({ microseconds }) =>
    table(Object.keys(microseconds), [Object.values(microseconds).map(digits)]),
  );

function kernels({ kernels: result, pytorch }) {
  return part('Kernels', result, ({ bandwidth, arithmetic, kernels: rows }) => [
    `Limits: ${digits(bandwidth / 1e9)} GB/s for a copy, ${digits(arithmetic / 1e9)} GFLOP/s for multiply-adds. A share is relative to the limit that binds first.`,
    '',
    ...table(
      ['kernel', 'size', 'us', 'share', 'PyTorch eager, us'],
      rows.map(({ name, size, milliseconds, share }) => {
        const peer = pytorch?.kernels?.find((each) => each.name === name && each.size === size);
        return [
          name,
          size,
          digits(1000 * milliseconds),
          `${(100 * share).toFixed(1)} %`,
          peer === undefined ? '' : (peer.failed ?? digits(1000 * peer.value)),
        ];
      }),
    ),
  ]);
}

const peers = ({ peers: result }) =>
  part('Peers', result, ({ rows }) =>
    table(
      ['workload', 'library', 'median', 'speed relative to dawngrad'],
      rows.map(({ workload, library, median, ratio, failed }) => [
        workload,
        library,
        failed === undefined ? `${digits(median)} ms` : `failed: ${failed}`,
        ratio === undefined ? '' : `${ratio.toFixed(2)} x`,
      ]),
    ),
  );

/** The whole report. */
export const markdown = (results) =>
  [
    '# dawngrad on this machine',
    '',
    ...about(results),
    ...training(results),
    ...(results.pytorch?.torch
      ? [`PyTorch ${results.pytorch.torch} on ${results.pytorch.device}, float32 without TF32.`, '']
      : []),
    ...gradcheck(results),
    ...suite(results),
    ...sweep(results),
    ...kernels(results),
    ...steps(results),
    ...latency(results),
    ...peers(results),
  ].join('\n');
