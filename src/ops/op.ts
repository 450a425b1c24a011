import { CpuDevice, type References } from '../backends/cpu/device.ts';
import type { NdArray } from '../backends/cpu/reference/ndarray.ts';
import { GpuDevice } from '../backends/webgpu/device.ts';
import { type Checks, checkedLater, checkValues, func, named, required, show, text } from '../core/checks.ts';
import { commonDevice, type Device } from '../core/device.ts';
import { DeviceError, DTypeError, ValueError } from '../core/errors.ts';
import type { Constants, Grid, Kernel, Source } from '../core/kernel.ts';
import { formatShape, type Shape, sameShape } from '../core/shape.ts';
import { isRecording, record, withoutRecording } from '../core/tape.ts';
import { innerScope } from '../core/tensor/lifetime.ts';
import type { DType } from '../core/tensor/storage.ts';
import { emptyOn, keep, Tensor } from '../core/tensor/tensor.ts';

type Arrays<Inputs extends readonly Tensor[]> = { readonly [K in keyof Inputs]: NdArray };
type Shapes<Inputs extends readonly Tensor[]> = { readonly [K in keyof Inputs]: Shape };

/**
 * The CPU side of an operation, in float64. `backward` can be omitted when the definition's `backward` consists of
 * operations.
 */
export interface Reference<Inputs extends readonly Tensor[], Attributes> {
  readonly forward: (inputs: Arrays<Inputs>, attributes: Attributes) => NdArray | readonly NdArray[];
  readonly backward?: (
    dy: NdArray,
    saved: { readonly inputs: Arrays<Inputs>; readonly y: NdArray; readonly outputs: readonly NdArray[] },
    attributes: Attributes,
  ) => readonly (NdArray | undefined)[];
}

/** Options of one dispatch, besides its inputs. */
export interface RunOptions {
  /** Values of the shader's `struct Params`, by name. */
  readonly params?: Readonly<Record<string, number>>;
  /** Values of constants and type aliases in the shader, by name. */
  readonly constants?: Constants;
  /** Small tensors that every invocation reads whole, bound as uniform buffers. */
  readonly uniforms?: readonly Tensor[];
  /** Default: one invocation per element of the first output. */
  readonly grid?: Grid;
  /** Shaders appended to those of the definition. */
  readonly sources?: readonly Source[];
  /** Names the kernel that `sources` selects, for messages: `tiled32/4`. */
  readonly variant?: string;
}

/** Dispatches an entry point of a definition's shader. */
export interface Run {
  /** Allocates the output tensor and returns it; default dtype f32. */
  (
    entry: string,
    reads: readonly Tensor[],
    options: RunOptions & { readonly shape: Shape; readonly dtype?: DType },
  ): Tensor;
  /** Allocates several output tensors and returns them in the order of `shapes`; default dtype f32. */
  several(
    entry: string,
    reads: readonly Tensor[],
    options: RunOptions & { readonly shapes: readonly Shape[]; readonly dtypes?: readonly DType[] },
  ): Tensor[];
  /** Writes to existing tensors, which the kernel may also read. */
  into(entry: string, reads: readonly Tensor[], writes: readonly Tensor[], options: RunOptions): void;
}

/** What `backward` can read: the tensors of the forward pass, which the tape keeps alive. */
export interface Saved<Inputs extends readonly Tensor[], Attributes> {
  readonly inputs: Inputs;
  readonly y: Tensor;
  /** All outputs: `y` and the by-products. */
  readonly outputs: readonly Tensor[];
  readonly attributes: Attributes;
  /** For each input, whether its gradient is needed. */
  readonly needs: readonly boolean[];
}

/** One operation: shape rule, kernel, gradient and reference. */
export interface OpDefinition<Inputs extends readonly Tensor[], Attributes> {
  /** The name in messages. */
  readonly name: string;
  /**
   * The shader that `run` dispatches: one file, a scaffold with the functions it calls, or a pair of them (with and
   * without subgroups). shaders/lib/workgroup.wgsl is joined to each.
   */
  readonly shader?: Source | readonly Source[] | Omit<Kernel, 'name'>;
  /** The operation in float64, or a function that picks it from the CPU backend's references. */
  readonly reference: Reference<Inputs, Attributes> | ((references: References) => Reference<Inputs, Attributes>);
  /** Returns the shape of `y` or throws a ShapeError in the caller's words. */
  readonly shape: (shapes: Shapes<Inputs>, attributes: Attributes, inputs: Inputs) => Shape;
  /** The dtypes each input allows; the last entry applies to all further inputs. Default: f32. */
  readonly dtypes?: readonly (readonly DType[])[];
  /** Returns `y`, or `y` followed by by-products, which have no gradient. */
  readonly forward: (run: Run, inputs: Inputs, attributes: Attributes, shape: Shape) => Tensor | readonly Tensor[];
  /**
   * Returns one gradient per input: in the broadcast shape if the input was broadcast, undefined where none is needed.
   * A piecewise constant function returns `[]`. Without `backward`, a gradient through the operation throws.
   */
  readonly backward?: (run: Run, dy: Tensor, saved: Saved<Inputs, Attributes>) => readonly (Tensor | undefined)[];
}

type Arguments<Inputs extends readonly Tensor[], Attributes> = object extends Attributes
  ? [...inputs: Inputs, attributes?: Attributes]
  : [...inputs: Inputs, attributes: Attributes];

/** An operation as users call it. `outputs` also returns the by-products. */
export interface Op<Inputs extends readonly Tensor[], Attributes> {
  (...args: Arguments<Inputs, Attributes>): Tensor;
  readonly outputs: (...args: Arguments<Inputs, Attributes>) => readonly Tensor[];
  readonly definition: OpDefinition<Inputs, Attributes>;
}

const CHECKS: Checks<keyof OpDefinition<readonly Tensor[], object>> = {
  name: required(text),
  shader: checkedLater,
  reference: required([
    (value) => typeof value === 'function' || isObjectWith(value, 'forward'),
    'an object with forward',
  ]),
  shape: required(func),
  dtypes: checkedLater,
  forward: required(func),
  backward: func,
};

const isObjectWith = (value: unknown, name: string): boolean =>
  typeof value === 'object' && value !== null && name in value;

/**
 * Defines a differentiable operation. A call checks the inputs, applies the shape rule, runs the kernel (on the CPU
 * backend the reference) and records the operation on every open tape.
 * @returns the operation, a function of tensors and, if it has any, attributes.
 * @throws ValueError if the definition lacks a required field or has an unknown one. The operation itself throws
 * DTypeError for an input that is not a tensor or has another dtype, DeviceError for tensors of two devices, and what
 * `shape` throws.
 */
// @__NO_SIDE_EFFECTS__
export function defineOp<Inputs extends readonly Tensor[], Attributes = object>(
  definition: OpDefinition<Inputs, Attributes>,
): Op<Inputs, Attributes> {
  const { name, shader = [] } = checkValues('defineOp', definition, CHECKS);
  const kernel: Kernel = { name, ...('sources' in shader ? shader : { sources: [shader].flat() }) };

  const outputs = (...args: Arguments<Inputs, Attributes>): readonly Tensor[] => {
    const { inputs, attributes } = split<Inputs, Attributes>(args);
    checkInputs(name, inputs);
    checkDTypes(name, inputs, definition.dtypes ?? [['f32']]);
    const device = commonDevice(name, inputs);
    const shape = definition.shape(inputs.map((t) => t.shape) as Shapes<Inputs>, attributes, inputs);
    const results = withoutRecording(() =>
      device instanceof CpuDevice
        ? [inFloat64(definition.reference, device).forward(views(device, inputs), attributes)]
            .flat()
            .map((array) => device.adopt(array))
        : innerScope(() => [definition.forward(runner(kernel, device), inputs, attributes, shape)].flat()),
    );
    const [y] = results;
    if (!sameShape(y.shape, shape)) {
      throw new Error(
        `internal: ${name} returned shape ${formatShape(y.shape)}; its shape rule says ${formatShape(shape)}`,
      );
    }
    if (isRecording()) {
      const { backward = withoutGradient(name) } = definition;
      record(() => node(name, kernel, inputs, results, attributes, backward, definition.reference));
    }
    return results;
  };
  const op = named(name, (...args: Arguments<Inputs, Attributes>): Tensor => outputs(...args)[0]);
  return Object.assign(op, { outputs, definition });
}

/** The `backward` of an operation that has none. */
const withoutGradient = (op: string) => (): never => {
  throw new ValueError({
    op,
    got: 'a request for a gradient through this operation',
    expected: 'an operation that defines backward',
    fix: 'Add backward to its definition; backward: () => [] declares it piecewise constant.',
  });
};

const inFloat64 = <Inputs extends readonly Tensor[], Attributes>(
  reference: OpDefinition<Inputs, Attributes>['reference'],
  { references }: CpuDevice,
): Reference<Inputs, Attributes> => (typeof reference === 'function' ? reference(references) : reference);

function node<Inputs extends readonly Tensor[], Attributes>(
  op: string,
  kernel: Kernel,
  inputs: Inputs,
  results: readonly Tensor[],
  attributes: Attributes,
  backward: NonNullable<OpDefinition<Inputs, Attributes>['backward']>,
  reference: OpDefinition<Inputs, Attributes>['reference'],
) {
  const device = results[0].device;
  const saved = inputs.map((t) => keep(t.alias())) as readonly Tensor[] as Inputs; // the same positions
  const outputs = results.map((t) => keep(t.alias()));
  return {
    op,
    inputs,
    output: results[0],
    backward: (dy: Tensor, needs: readonly boolean[]) => {
      const backwardOnCpu = device instanceof CpuDevice ? inFloat64(reference, device).backward : undefined;
      if (device instanceof CpuDevice && backwardOnCpu !== undefined) {
        const arrays = outputs.map((t) => device.view(t));
        const gradients = backwardOnCpu(
          device.view(dy),
          { inputs: views(device, saved), y: arrays[0], outputs: arrays },
          attributes,
        );
        return gradients.map((array) => array && device.adopt(array));
      }
      return backward(runner(kernel, device), dy, { inputs: saved, y: outputs[0], outputs, attributes, needs });
    },
    release: () => {
      for (const t of [...saved, ...outputs]) t.dispose();
    },
  };
}

/** A kernel outside the tape, which can change tensors in place: a weight update, or taking a batch from a data set. */
export interface KernelDefinition<Args extends readonly unknown[], Result> {
  readonly name: string;
  readonly shader: Source | readonly Source[];
  readonly run: (run: Run, ...args: Args) => Result;
  /** The same computation in float64, for the CPU backend. */
  readonly reference: (device: CpuDevice, ...args: Args) => Result;
}

/** Makes a function of a device and the arguments of the definition's `run`. */
// @__NO_SIDE_EFFECTS__
export function defineKernel<Args extends readonly unknown[], Result = void>({
  name,
  shader,
  run,
  reference,
}: KernelDefinition<Args, Result>): (device: Device, ...args: Args) => Result {
  const kernel: Kernel = { name, sources: [shader].flat() };
  return (device, ...args) =>
    device instanceof CpuDevice ? reference(device, ...args) : run(runner(kernel, device), ...args);
}

/** Returns the function that dispatches a kernel's entry points on a GPU. */
export function runner({ name, sources: kernelSources, withSubgroups }: Kernel, device: Device): Run {
  const into: Run['into'] = (entry, reads, writes, { params, constants, uniforms, grid, sources = [], variant }) => {
    if (!(device instanceof GpuDevice)) {
      throw new DeviceError('validation', `internal: ${name} has no reference for its kernel ${entry}`);
    }
    device.run({
      kernel: {
        name: variant === undefined ? name : `${name} ${variant}`,
        sources: [...kernelSources, ...sources],
        ...(withSubgroups && { withSubgroups: [...withSubgroups, ...sources] }),
      },
      entry,
      reads,
      writes,
      ...(params && { params }),
      ...(constants && { constants }),
      ...(uniforms && { uniforms }),
      grid: grid ?? { invocations: writes[0].size },
    });
  };
  const several: Run['several'] = (entry, reads, { shapes, dtypes = [], ...options }) => {
    const outputs = shapes.map((shape, i) => emptyOn(device, shape, dtypes[i] ?? 'f32'));
    into(entry, reads, outputs, options);
    return outputs;
  };
  const run = (
    entry: string,
    reads: readonly Tensor[],
    { shape, dtype = 'f32', ...options }: RunOptions & { shape: Shape; dtype?: DType },
  ): Tensor => several(entry, reads, { shapes: [shape], dtypes: [dtype], ...options })[0];
  return Object.assign(run, { several, into });
}

function split<Inputs extends readonly Tensor[], Attributes>(args: readonly unknown[]) {
  const last = args.at(-1);
  const hasAttributes = args.length > 1 && !(last instanceof Tensor);
  return {
    inputs: (hasAttributes ? args.slice(0, -1) : args) as readonly unknown[] as Inputs, // in the order of Arguments<>
    attributes: ((hasAttributes ? last : undefined) ?? {}) as Attributes,
  };
}

const views = <Inputs extends readonly Tensor[]>(device: CpuDevice, inputs: Inputs): Arrays<Inputs> =>
  inputs.map((t) => device.view(t)) as readonly NdArray[] as Arrays<Inputs>; // one array per input, in order

/** Rejects a call without inputs, as when an operation is mistaken for a layer. */
function checkInputs(op: string, inputs: readonly Tensor[]): void {
  if (inputs.length > 0) return;
  throw new DTypeError({
    op,
    got: 'no inputs',
    expected: 'a tensor',
    fix: `This is an operation on tensors. For a layer, write activation('${op}') or a layer function of this name.`,
  });
}

function checkDTypes(op: string, inputs: readonly Tensor[], allowed: readonly (readonly DType[])[]): void {
  inputs.forEach((t, i) => {
    if (!(t instanceof Tensor)) {
      throw new DTypeError({
        op,
        got: `${show(t)} as input ${i}`,
        expected: 'a tensor',
        fix: 'Make one with tensor(...).',
      });
    }
    const dtypes = allowed[Math.min(i, allowed.length - 1)];
    if (!dtypes.includes(t.dtype)) {
      throw new DTypeError({
        op,
        got: `dtype ${t.dtype} for input ${i}`,
        expected: dtypes.join(' or '),
        fix: `Convert it with cast(x, '${dtypes[0]}').`,
      });
    }
  });
}
