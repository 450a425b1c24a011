import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GpuDevice } from '../../src/backends/webgpu/device.ts';
import { dawnFlags } from '../../src/backends/webgpu/node/dawn.ts';
import { ones, relu, scope } from '../../src/node.ts';
import { onGpu } from '../harness/device.ts';

const test = suite('dawn');

test("Dawn gets a flag for exact timestamps, in addition to the user's flags, unless these set it", () => {
  const own = 'disable-dawn-features=timestamp_quantization';
  assert.equal(dawnFlags(''), [own]);
  assert.equal(dawnFlags('backend=vulkan enable-dawn-features=skip_validation,disable_robustness'), [
    'backend=vulkan',
    'enable-dawn-features=skip_validation,disable_robustness',
    own,
  ]);
  assert.equal(dawnFlags(' disable-dawn-features=a,b  adapter=c '), [
    'adapter=c',
    'disable-dawn-features=a,b,timestamp_quantization',
  ]);
  assert.equal(dawnFlags('enable-dawn-features=timestamp_quantization'), [
    'enable-dawn-features=timestamp_quantization',
  ]);
});

onGpu(test, 'timestamps are not rounded', async (device) => {
  if (!(device instanceof GpuDevice)) throw new Error('expected a GPU device');
  if (!device.info.features.includes('timestamp-query')) return;
  const x = ones([100], { device });
  const times: number[] = [];
  for (let i = 0; i < 4; i++) times.push(await device.time(() => scope(() => void relu(x))));
  const nanoseconds = times.map((time) => Math.round(1e6 * time));
  assert.ok(nanoseconds.every((each) => each > 0) && nanoseconds.some((each) => each % 65536 > 0), `${nanoseconds} ns`);
});

test.run();
