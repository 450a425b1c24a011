import { suite } from 'uvu';
import { labelOf } from '../src/gradcheck/case.ts';
import { check } from '../src/gradcheck/check.ts';
import { entries } from '../src/gradcheck/suite.ts';
import { cpu, onGpu } from './device.ts';

const test = suite('ops');

for (const { subject, row } of entries) {
  onGpu(test, `${subject.name} ${labelOf(row)}`, async (device) => {
    const { verdict, reason } = await check(subject, row, { device, reference: cpu });
    if (verdict === 'failed') throw new Error(reason);
  });
}

test.run();
