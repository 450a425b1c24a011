import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { ask } from './contest.mjs';
import { libraries } from './libraries/index.mjs';

const versionOf = async (path) => JSON.parse(await readFile(new URL(path, import.meta.url), 'utf8')).version;

/** What a report has to say over its table: machine, GPU, runtime and versions. */
export async function about(host) {
  const contestant = await host.open('dawngrad');
  const { vendor, architecture, description, software } = await ask(contestant, 'adapter');
  await contestant.close();
  const names = new Set(Object.values(libraries).flatMap(({ packages }) => packages));
  const peers = [...names].map(async (name) => `${name} ${await versionOf(`node_modules/${name}/package.json`)}`);
  const own = `dawngrad ${await versionOf('../../package.json')}`;
  return {
    adapter: description || `${vendor} ${architecture}`,
    device: software ? 'software GPU: ratios only' : 'hardware GPU',
    date: new Date().toISOString().slice(0, 10),
    runtime: host.version,
    CPU: `${cpus()[0].model}, ${cpus().length} cores`,
    libraries: [own, ...(await Promise.all(peers))].join(', '),
  };
}
