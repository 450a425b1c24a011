// Times every dispatch by the GPU's clock: passes are cut up, one for each dispatch, between two timestamps.

const MOST = 4096; // queries in a set

const { beginComputePass, finish } = GPUCommandEncoder.prototype;
const { createCommandEncoder } = GPUDevice.prototype;
let gpu; // of the last encoder
let running;

GPUDevice.prototype.createCommandEncoder = function (descriptor) {
  gpu = this;
  return createCommandEncoder.call(this, descriptor);
};

GPUCommandEncoder.prototype.beginComputePass = function (descriptor) {
  if (running === undefined || descriptor !== undefined) return beginComputePass.call(this, descriptor);
  const { querySet, labels } = running;
  let pipeline;
  let bindGroup;
  return {
    setPipeline: (given) => {
      pipeline = given;
    },
    setBindGroup: (_, given) => {
      bindGroup = given;
    },
    dispatchWorkgroups: (...grid) => {
      const first = 2 * labels.length;
      if (first + 2 > MOST) return;
      labels.push({ label: pipeline.label, grid });
      const timestampWrites = { querySet, beginningOfPassWriteIndex: first, endOfPassWriteIndex: first + 1 };
      const pass = beginComputePass.call(this, { timestampWrites });
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(...grid);
      pass.end();
    },
    end: () => {},
  };
};

/**
 * The dispatches of `work`, in order, with their microseconds; dispatches beyond 2,048 are left out, and not done. What
 * `before` hands over goes ahead of it.
 */
export async function timed(device, work, before) {
  await device.sync();
  before();
  running = { querySet: gpu.createQuerySet({ type: 'timestamp', count: MOST }), labels: [] };
  const { querySet, labels } = running;
  try {
    await work();
    await device.sync();
  } finally {
    running = undefined;
  }
  const { QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const size = 8 * MOST;
  const resolved = gpu.createBuffer({ size, usage: QUERY_RESOLVE | COPY_SRC });
  const staging = gpu.createBuffer({ size, usage: COPY_DST | MAP_READ });
  const encoder = createCommandEncoder.call(gpu);
  if (labels.length > 0) encoder.resolveQuerySet(querySet, 0, 2 * labels.length, resolved, 0);
  encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
  gpu.queue.submit([finish.call(encoder)]);
  await staging.mapAsync(GPUMapMode.READ);
  const stamps = new BigUint64Array(staging.getMappedRange());
  const rows = labels.map((label, i) => ({ ...label, microseconds: Number(stamps[2 * i + 1] - stamps[2 * i]) / 1000 }));
  for (const each of [resolved, staging, querySet]) each.destroy();
  return rows;
}
