import workgroupWgsl from '../../../../shaders/lib/workgroup.wgsl';
import { DeviceError, ShaderError } from '../../../core/errors.ts';
import type { Constants, Kernel, Source } from '../../../core/kernel.ts';
import { constantOf, declares, type Field, joined, locate, paramsOf, specialize } from '../../../core/wgsl.ts';
import type { Debug } from './debug.ts';

/** An entry point with its constants, and the facts that a dispatch needs. */
export interface Pipeline {
  /** Compiles on first use. */
  readonly compiled: () => GPUComputePipeline;
  /** Compiles in the background. An error is not reported here but on first use. */
  readonly compileAhead: () => Promise<void>;
  readonly layout: GPUBindGroupLayout;
  readonly params: readonly Field[];
  /** Elements per workgroup: WORKGROUP_SIZE invocations, ITEMS vectors each, WIDTH elements per vector. */
  readonly elementsPerWorkgroup: number;
}

/** The number of bindings after params, in this order. */
export type BindingCounts = readonly [uniforms: number, reads: number, writes: number];

interface PipelineOptions {
  /** The grid constants of elementwise kernels, which are the kernels that declare ITEMS. */
  readonly elementwise: Constants;
  readonly subgroups: boolean;
  readonly debug?: Debug | undefined;
}

/** Compiles each (kernel, entry, constants, binding counts) once. */
export class PipelineCache {
  readonly #device: GPUDevice;
  readonly #options: PipelineOptions;
  readonly #pipelines = new Map<string, Pipeline>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();
  readonly #checks = new Set<Promise<void>>();
  readonly #numbers = new WeakMap<Source, number>();
  #sources = 0;

  constructor(device: GPUDevice, options: PipelineOptions) {
    this.#device = device;
    this.#options = options;
  }

  get(
    { name, sources: plain, withSubgroups = plain }: Kernel,
    entry: string,
    counts: BindingCounts,
    constants: Constants = {},
  ): Pipeline {
    const sources = this.#options.subgroups ? withSubgroups : plain;
    const kernel = { name, sources: [...sources, workgroupWgsl] };
    const settings = Object.entries(constants).map(([name, value]) => `${name}=${value}`);
    const numbers = sources.map((source) => this.#numberOf(source)); // two files of users may have the same name
    const key = [...numbers, entry, ...counts, ...settings].join(' ');
    let made = this.#pipelines.get(key);
    if (made === undefined) {
      const label = [...sources.map(({ file }) => file), entry, ...counts, ...settings].join(' ');
      made = this.#prepare(kernel, entry, counts, constants, label);
      this.#pipelines.set(key, made);
    }
    return made;
  }

  #numberOf(source: Source): number {
    const number = this.#numbers.get(source) ?? this.#sources++;
    this.#numbers.set(source, number);
    return number;
  }

  /** Rejects with the ShaderError of a pipeline that did not compile; every caller gets it, each time. */
  async check(): Promise<void> {
    const checks = [...this.#checks];
    await Promise.all(checks);
    for (const check of checks) this.#checks.delete(check);
  }

  #prepare(kernel: Kernel, entry: string, counts: BindingCounts, constants: Constants, label: string): Pipeline {
    const source = joined(kernel.sources);
    const defaults = declares(source, 'ITEMS') ? this.#options.elementwise : {};
    const text = specialize(source, { ...defaults, ...constants });
    this.#options.debug?.shader(label, text);
    const params = paramsOf(text);
    const layout = this.#layout(params.length > 0, counts);
    const device = this.#device;
    const described = (): GPUComputePipelineDescriptor => ({
      label,
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: device.createShaderModule({ code: text, label }), entryPoint: entry },
    });
    let pipeline: GPUComputePipeline | undefined;
    const compile = (): GPUComputePipeline => {
      device.pushErrorScope('validation');
      const descriptor = described();
      const { module } = descriptor.compute;
      const made = device.createComputePipeline(descriptor);
      const check = this.#report(device.popErrorScope(), module, text, kernel);
      check.catch(() => {}); // reported when results are read, not as an unhandled rejection
      this.#checks.add(check);
      return made;
    };
    const compiled = (): GPUComputePipeline => {
      pipeline ??= compile();
      return pipeline;
    };
    let ahead: Promise<void> | undefined;
    const compileAhead = async (): Promise<void> => {
      if (pipeline !== undefined) return;
      ahead ??= start();
      await ahead;
    };
    const start = async (): Promise<void> => {
      device.pushErrorScope('validation');
      const descriptor = described();
      device.popErrorScope().catch(() => {});
      const made = await device.createComputePipelineAsync(descriptor).catch(() => undefined);
      pipeline ??= made;
    };
    const elementsPerWorkgroup = ['WORKGROUP_SIZE', 'ITEMS', 'WIDTH'].reduce(
      (n, name) => n * constantOf(text, name, 1),
      1,
    );
    return { compiled, compileAhead, layout, params, elementsPerWorkgroup };
  }

  async #report(scope: Promise<GPUError | null>, module: GPUShaderModule, text: string, kernel: Kernel): Promise<void> {
    const error = await scope;
    if (error === null) return;
    const { messages } = await module.getCompilationInfo();
    const first = messages.find(({ type }) => type === 'error');
    if (first === undefined) throw new DeviceError('validation', `${kernel.name}: ${error.message}`);
    const { file, line } = locate(kernel.sources, first.lineNum);
    throw new ShaderError(file, line, `${first.message}\n${excerpt(text, first)}`);
  }

  #layout(hasParams: boolean, [uniforms, reads, writes]: BindingCounts): GPUBindGroupLayout {
    const key = `${hasParams} ${uniforms} ${reads} ${writes}`;
    let layout = this.#layouts.get(key);
    if (layout === undefined) {
      const types: GPUBufferBindingType[] = [
        ...(hasParams ? (['uniform'] as const) : []),
        ...Array<'uniform'>(uniforms).fill('uniform'),
        ...Array<'read-only-storage'>(reads).fill('read-only-storage'),
        ...Array<'storage'>(writes).fill('storage'),
      ];
      const first = hasParams ? 0 : 1; // binding 0 is reserved for params
      layout = this.#device.createBindGroupLayout({
        label: key,
        entries: types.map((type, i) => ({ binding: first + i, visibility: GPUShaderStage.COMPUTE, buffer: { type } })),
      });
      this.#layouts.set(key, layout);
    }
    return layout;
  }
}

/** The line of a shader that a message refers to, with a mark below the position. */
const excerpt = (text: string, { lineNum, linePos }: GPUCompilationMessage): string =>
  `  ${text.split('\n')[lineNum - 1]}\n  ${' '.repeat(Math.max(0, linePos - 1))}^`;
