/** WebGPU's entry point: `navigator.gpu`, or what Dawn's `create()` returns. Spelled out, as users may lack its types. */
export interface Gpu {
  requestAdapter(options?: object): Promise<object | null>;
}

/** A place where a platform may find adapters, in the order of preference. */
export interface GpuSource {
  readonly name: string;
  readonly open: () => Promise<Gpu>;
}
