import type { Tensor } from './tensor/tensor.ts';

/** A shader file: its path for messages, its text for the compiler. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

/** A compute shader: whole files, joined in order (a scaffold and the functions it calls). */
export interface Kernel {
  readonly name: string;
  readonly sources: readonly Source[];
  /** Sources to use instead on devices with subgroups, unless results must not depend on subgroups. */
  readonly withSubgroups?: readonly Source[];
}

/**
 * The number of workgroups, or enough of them to cover `invocations` at the shader's WORKGROUP_SIZE times ITEMS times
 * WIDTH.
 */
export type Grid =
  | { readonly invocations: number }
  | { readonly workgroups: number | readonly [x: number, y: number, z: number] };

/** Values of constants in the shader, by name; see `specialize`. */
export type Constants = Readonly<Record<string, number | string>>;

/** One dispatch. Bindings: params, then uniforms, reads, writes. */
export interface KernelCall {
  readonly kernel: Kernel;
  readonly entry: string;
  readonly reads: readonly Tensor[];
  readonly writes: readonly Tensor[];
  /** Small tensors that every invocation reads whole, bound as uniform buffers. */
  readonly uniforms?: readonly Tensor[];
  /** The fields of the shader's `struct Params`, by name. */
  readonly params?: Readonly<Record<string, number>>;
  readonly constants?: Constants;
  readonly grid: Grid;
}
