import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import { compile, type Device, init, relu, softmax, type Tensor, tensor } from '../../src/node.ts';
import { onGpu } from '../harness/device.ts';

const test = suite('debug');

/** The lines that a device opened at a debug level prints while `body` runs, once there are `count` of them. */
async function printedAt(
  level: number | undefined,
  count: number,
  body: (device: Device) => Promise<void>,
): Promise<string[]> {
  const { error } = console;
  const lines: string[] = [];
  console.error = (text: string) => void lines.push(text);
  Reflect.set(globalThis, 'DAWNGRAD_DEBUG', level);
  try {
    const device = await init({ backend: 'webgpu', seed: 1 });
    await body(device);
    for (let i = 0; i < 1000 && lines.length < count; i++) {
      await new Promise((resolve) => setTimeout(resolve, 5)); // times arrive after results
    }
    device.dispose();
  } finally {
    console.error = error;
    Reflect.deleteProperty(globalThis, 'DAWNGRAD_DEBUG');
  }
  return lines;
}

/** Captures two operations and runs them twice. */
const capturedTwice = async (): Promise<void> => {
  const x = tensor([[-1, 2, 3]]);
  const step = compile((t: Tensor) => softmax(relu(t)));
  for (let i = 0; i < 2; i++) assert.equal((await step(x).data()).length, 3);
};

onGpu(test, 'level 1 prints each dispatch, including those of captured steps at each replay', async (usual) => {
  const lines = await printedAt(1, 10, capturedTwice);
  const dispatches = lines.filter((line) => line.startsWith('dispatch '));
  assert.is(dispatches.length, 4, lines.join('\n'));
  const time = usual.info.features.includes('timestamp-query') ? ' {2}\\d+\\.\\d{3} ms' : '';
  for (const [i, name] of ['relu', 'softmax', 'relu', 'softmax'].entries()) {
    const line = new RegExp(`^dispatch ${name} forward +\\[1, 3\\] -> \\[1, 3\\] {2}grid 1 x 1 x 1${time}$`);
    assert.match(dispatches[i], line);
  }
  assert.ok(lines.every((line) => /^(dispatch|copy \d+ bytes|clear \d+ bytes)/.test(line)));
  setCurrentDevice(usual);
});

onGpu(test, 'level 2 prints each shader once, with the numbers of its lines', async (usual) => {
  const lines = await printedAt(2, 12, capturedTwice);
  const shaders = lines.filter((line) => line.startsWith('shader '));
  assert.is(shaders.length, 2, lines.join('\n'));
  assert.match(shaders[0], /^shader shaders\/.*\/relu\.wgsl .*\n {4}1 {2}[\s\S]*\n +\d+ {2}fn forward\(/);
  setCurrentDevice(usual);
});

onGpu(test, 'without it nothing is printed', async (usual) => {
  assert.equal(await printedAt(undefined, 0, capturedTwice), []);
  setCurrentDevice(usual);
});

test.run();
