// The page that test/gradcheck.mjs runs in Chrome; prints failures, and a count as the last line.
import { entriesOf, runSuite } from '../../src/gradcheck/suite.ts';
import { init } from '../../src/node.ts';

const chosen = entriesOf(new URLSearchParams(location.search).getAll('name'));
const results = await runSuite({ device: await init({ backend: 'webgpu' }), chosen });
const failed = results.filter(({ verdict }) => verdict === 'failed');
for (const { operation, label, reason } of failed) console.log(`${operation} ${label}: ${reason}`);
console.log(`${results.length - failed.length} passed, ${failed.length} failed`);
