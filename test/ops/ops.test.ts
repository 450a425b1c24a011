import { suite } from 'uvu';
import { labelOf } from '../../src/gradcheck/case.ts';
import { check } from '../../src/gradcheck/check.ts';
import { entries } from '../../src/gradcheck/suite.ts';
import type { Device } from '../../src/index.ts';
import { cpu, gpu, onGpu } from '../harness/device.ts';

const test = suite('ops');

for (const { subject, row } of entries) {
  const name = `${subject.name} ${labelOf(row)}`;
  const hold = async (device: Device): Promise<void> => {
    const { verdict, reason } = await check(subject, row, { device, reference: cpu });
    if (verdict === 'failed') throw new Error(reason);
  };
  onGpu(test, name, hold);
  if (gpu === undefined) test(`${name}, the reference alone`, () => hold(cpu));
}

test.run();
