// Formats rows as a table, for the terminal and for Markdown.

const HEADER = ['workload', 'library', 'median', 'min .. max', 'rate', 'speed relative to dawngrad'];

const digits = (value) => value.toFixed(value < 10 ? 3 : value < 100 ? 2 : 1);

/** The cells of a row, which has either times in ms or the reason for their absence. */
function cells({ workload, library, median, min, max, rate, unit, ratio, failed }) {
  if (failed !== undefined) return [workload, library, `failed: ${failed}`, '', '', ''];
  const spread = `${digits(min)} .. ${digits(max)} ms`;
  const relative = ratio === undefined ? '' : `${ratio.toFixed(2)} x`;
  return [workload, library, `${digits(median)} ms`, spread, `${digits(rate)} ${unit}`, relative];
}

const WIDTHS = [34, 24, 12, 26, 17, 0];
const align = (texts) =>
  texts
    .map((text, i) => text.padEnd(WIDTHS[i]))
    .join(' ')
    .trimEnd();

export const printHeader = () => console.log(align(HEADER));
export const printRow = (row) => console.log(align(cells(row)));

/** The report as a Markdown page. `about` holds the lines above the table, by name. */
export function markdown(about, rows) {
  const line = (texts) => `| ${texts.map((text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [
    '# dawngrad and its peers',
    '',
    ...Object.entries(about).map(([name, text]) => `- ${name}: ${text}`),
    '',
    line(HEADER),
    line(HEADER.map(() => '---')),
    ...rows.map((row) => line(cells(row))),
    '',
  ].join('\n');
}
