import { suite } from 'uvu';
import { labelOf } from '../../src/gradcheck/case.ts';
import { check } from '../../src/gradcheck/check.ts';
import { brief } from '../../src/gradcheck/findings.ts';
import { families } from '../../src/gradcheck/suite.ts';
import type { Device } from '../../src/index.ts';
import { cpu, gpu, onGpu } from './device.ts';

/** A test per case of a family of operations or kernels: on the GPU or, if there is none, only of the reference. */
export function rowsOf(family: keyof typeof families) {
  const told = new Set<string>();
  const test = suite(`rows of ${family}`);
  for (const { cases, ...subject } of families[family]) {
    for (const row of cases) {
      const name = `${subject.name} ${labelOf(row)}`;
      const hold = async (device: Device): Promise<void> => {
        const { verdict, reason } = brief(await check(subject, row, { device, reference: cpu }), told);
        if (verdict === 'failed') throw Object.assign(new Error(reason), { stack: '' }); // the case shows where
      };
      onGpu(test, name, hold);
      if (gpu === undefined) test(`${name}, reference only`, () => hold(cpu));
    }
  }
  return test;
}
