/** One command for the GPU; a step is a list of them. */
export type Command =
  | {
      readonly kind: 'dispatch';
      readonly pipeline: GPUComputePipeline;
      readonly bindGroup: GPUBindGroup;
      readonly grid: readonly [x: number, y: number, z: number];
      /** A description, if debugging. */
      readonly about?: string | undefined;
    }
  | {
      readonly kind: 'copy';
      readonly from: GPUBuffer;
      readonly fromOffset: number;
      readonly to: GPUBuffer;
      readonly toOffset: number;
      readonly bytes: number;
    }
  | { readonly kind: 'clear'; readonly buffer: GPUBuffer; readonly offset: number; readonly bytes: number };

/** Encodes commands in order: adjacent dispatches share a pass, copies come between passes. */
export function encode(encoder: GPUCommandEncoder, commands: readonly Command[]): void {
  let pass: GPUComputePassEncoder | undefined;
  let pipeline: GPUComputePipeline | undefined;
  for (const command of commands) {
    if (command.kind === 'dispatch') {
      pass ??= encoder.beginComputePass();
      if (command.pipeline !== pipeline) pass.setPipeline(command.pipeline);
      pipeline = command.pipeline;
      pass.setBindGroup(0, command.bindGroup);
      pass.dispatchWorkgroups(...command.grid);
      continue;
    }
    pass?.end();
    pass = pipeline = undefined;
    if (command.kind === 'copy') {
      encoder.copyBufferToBuffer(command.from, command.fromOffset, command.to, command.toOffset, command.bytes);
    } else {
      encoder.clearBuffer(command.buffer, command.offset, command.bytes);
    }
  }
  pass?.end();
}

/** Folds workgroups beyond the limit per axis (65535) into y; kernels guard the surplus. */
export function foldGrid(workgroups: number, limit: number): [x: number, y: number, z: number] {
  if (workgroups <= limit) return [workgroups, 1, 1];
  const y = Math.ceil(workgroups / limit);
  return [Math.ceil(workgroups / y), y, 1];
}
