// All workloads on one host, printed as they come, and written down.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { about } from './about.mjs';
import { contest } from './contest.mjs';
import { markdown, printHeader, printRow } from './report.mjs';

const FEWEST_ROUNDS = 5;

/**
 * Compares dawngrad with the libraries whose names contain `against`, writes `<out>/peers-<host>-<adapter>.{json,md}` and
 * returns the rows.
 */
export async function compare(host, { workloads, against = '', rounds, out }) {
  const note = rounds < FEWEST_ROUNDS ? ` (a trial: fewer than ${FEWEST_ROUNDS} say little)` : '';
  const facts = { ...(await about(host)), rounds: `${rounds}${note}` };
  console.log();
  for (const [name, text] of Object.entries(facts)) console.log(`${name.padEnd(10)} ${text}`);
  console.log();
  printHeader();
  const rows = [];
  for (const workload of workloads) {
    for (const row of await contest(host, workload, { rounds, against })) {
      printRow(row);
      rows.push(row);
    }
  }
  const slug = facts.adapter.toLowerCase().replace(/[^a-z0-9.]+/g, '-');
  const path = join(out, `peers-${host.name}-${slug}`);
  await mkdir(out, { recursive: true });
  await writeFile(`${path}.json`, `${JSON.stringify({ ...facts, rows }, null, 2)}\n`);
  await writeFile(`${path}.md`, markdown(facts, rows));
  console.log(`\n${path}.json and .md`);
  return rows;
}
