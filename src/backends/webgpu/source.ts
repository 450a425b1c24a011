/**
 * WebGPU's entry point: `navigator.gpu`, or what Dawn's `create()` returns. Declared here because users may lack its
 * types.
 */
export interface Gpu {
  requestAdapter(options?: object): Promise<object | null>;
}

/** A place to look for adapters; platforms list them in order of preference. */
export interface GpuSource {
  readonly name: string;
  readonly open: () => Promise<Gpu>;
}
