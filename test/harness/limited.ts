import { GpuDevice } from '../../src/backends/webgpu/device.ts';
import type { Device } from '../../src/core/device.ts';
import { init } from '../../src/node.ts';

/** The limits of a GPU that wraps another one. */
export interface Limits {
  /** What its adapter reports. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Total bytes of its buffers; default no limit. Can be changed while it runs. */
  memory?: number;
  /** Whether errors arrive after the call that failed, as in a browser; default: inside it, as in Node. */
  readonly late?: boolean;
  /** Rewrites the shaders that its compiler reads; default: unchanged. */
  readonly read?: (shader: string) => string;
  /** Whether its adapter claims to be hardware. */
  readonly hardware?: boolean;
  /** Whether its device is lost from the start; default false. */
  readonly lost?: boolean;
}

type Members = Readonly<Record<string | symbol, unknown>>;

/** An object with some members replaced; methods are called on the object itself. */
const inFrontOf = <T extends object>(target: T, members: Members): T =>
  new Proxy(target, {
    get: (_, name) => {
      if (name in members) return members[name];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

/** A GPU device with limited memory; destroyed buffers are reclaimed after the caller has returned, as with Dawn. */
function withMemory(device: GPUDevice, budget: Limits): GPUDevice {
  const listeners: ((event: unknown) => void)[] = [];
  let used = 0;
  const refuse = (): void => {
    const event = { error: new GPUOutOfMemoryError('the budget is spent'), preventDefault: () => {} };
    for (const listener of listeners) listener(event);
  };
  const createBuffer = (descriptor: GPUBufferDescriptor): GPUBuffer => {
    const { size } = descriptor;
    if (used + size > (budget.memory ?? Number.POSITIVE_INFINITY)) {
      if (budget.late)
        queueMicrotask(refuse); // before any answer of the GPU
      else refuse();
      device.pushErrorScope('validation');
      const invalid = device.createBuffer({ ...descriptor, usage: 0 });
      void device.popErrorScope();
      return invalid;
    }
    const buffer = device.createBuffer(descriptor);
    used += size;
    const destroy = buffer.destroy.bind(buffer);
    return Object.assign(buffer, {
      destroy: () => {
        destroy();
        queueMicrotask(() => {
          used -= size;
        });
      },
    });
  };
  const addEventListener = (type: string, listener: (event: unknown) => void): void => {
    listeners.push(listener);
    device.addEventListener(type, listener as EventListener);
  };
  const { read = (shader) => shader } = budget;
  const createShaderModule = (descriptor: GPUShaderModuleDescriptor): GPUShaderModule =>
    device.createShaderModule({ ...descriptor, code: read(descriptor.code) });
  return inFrontOf(device, { createBuffer, createShaderModule, addEventListener });
}

/** A device like `device` with limits. */
export async function limitedGpu(
  device: Device,
  given: Limits,
  options: { seed?: number; tune?: boolean } = {},
): Promise<GpuDevice> {
  if (!(device instanceof GpuDevice)) throw new Error('not a GPU');
  const { instance } = device;
  const requestAdapter = async (): Promise<GPUAdapter | null> => {
    const adapter = await instance.requestAdapter();
    if (adapter === null) return null;
    const limits = inFrontOf(adapter.limits, given.limits ?? {});
    const requestDevice = async (descriptor: GPUDeviceDescriptor): Promise<GPUDevice> => {
      const made = await adapter.requestDevice(descriptor);
      if (given.lost) made.destroy();
      return withMemory(made, given);
    };
    const names = { vendor: 'a vendor', architecture: '', device: '', description: 'a GPU', isFallbackAdapter: false };
    const info = given.hardware ? inFrontOf(adapter.info, names) : adapter.info;
    return inFrontOf(adapter, { limits, info, requestDevice });
  };
  const made = await init({ backend: 'webgpu', gpu: inFrontOf(instance, { requestAdapter }), ...options });
  if (!(made instanceof GpuDevice)) throw new Error('expected webgpu');
  return made;
}
