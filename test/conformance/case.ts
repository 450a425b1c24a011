// A case of the conformance set, as a translation sees it: what goes in, never what should come out.

import type { Shape } from '../../src/core/shape.ts';
import type { TypedArray } from '../../src/core/tensor/storage.ts';
import { type Tensor, tensor } from '../../src/node.ts';

export interface CaseTensor {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: 'float32' | 'float64' | 'int32' | 'int64' | 'bool';
  /** Flat and row-major; NaN and infinities are strings. */
  readonly data: readonly (number | string | boolean)[];
}

export interface RawCase {
  readonly name: string;
  readonly file: string;
  readonly op: string;
  readonly opset?: number;
  readonly tier?: 'core' | 'extra';
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly inputs: readonly CaseTensor[];
  readonly tags: readonly string[];
}

/** A case with what is expected of it, which no translation gets to see. */
export interface FullCase extends RawCase {
  readonly expected: readonly CaseTensor[];
}

export interface Output {
  readonly name: string;
  readonly shape: Shape;
  readonly data: TypedArray;
}

/** Computes a case with the engine, or returns null for what the engine does not offer. */
export type Translation = (given: RawCase) => Promise<readonly Output[] | null>;

/** Inputs and attributes of a case by name. */
export class Case {
  readonly op: string;
  readonly opset: number;
  readonly #attributes: Readonly<Record<string, unknown>>;
  readonly #inputs: ReadonlyMap<string, CaseTensor>;

  constructor({ op, opset = 0, attrs, inputs }: RawCase) {
    this.op = op;
    this.opset = opset;
    this.#attributes = attrs;
    this.#inputs = new Map(inputs.map((input) => [input.name, input]));
  }

  /** The names of the inputs, in order. */
  get names(): readonly string[] {
    return [...this.#inputs.keys()];
  }

  has(name: string): boolean {
    return this.#inputs.has(name);
  }

  /** An input on the device: f32, or i32 for integers and booleans unless told otherwise. */
  tensor(name: string, dtype?: 'f32' | 'i32'): Tensor {
    const { shape, dtype: given } = this.#input(name);
    return tensor(this.numbers(name), { dtype: dtype ?? (given.startsWith('float') ? 'f32' : 'i32'), shape });
  }

  tensors(): readonly Tensor[] {
    return this.names.map((name) => this.tensor(name));
  }

  /** The elements of an input, for what the engine takes as options; none for an input that was left out. */
  numbers(name: string): number[] {
    return this.has(name) ? this.#input(name).data.map(Number) : [];
  }

  /** A number among the attributes. */
  number(name: string, otherwise?: number): number {
    const value = this.#attributes[name] ?? otherwise;
    if (typeof value !== 'number') throw new Error(`${this.op}: attribute ${name} is ${String(value)}, not a number`);
    return value;
  }

  flag(name: string): boolean {
    return Boolean(this.#attributes[name]);
  }

  text(name: string): string {
    return String(this.#attributes[name]);
  }

  /** A list of numbers among the attributes; undefined if it is not there. */
  list(name: string): number[] | undefined {
    const value = this.#attributes[name];
    return Array.isArray(value) ? value.map(Number) : undefined;
  }

  #input(name: string): CaseTensor {
    const input = this.#inputs.get(name);
    if (input === undefined) throw new Error(`${this.op}: no input ${name}`);
    return input;
  }
}

/** Reads results back, by the names that the case gives them. */
export const outputsOf = (results: Readonly<Record<string, Tensor>>): Promise<Output[]> =>
  Promise.all(Object.entries(results).map(async ([name, t]) => ({ name, shape: t.shape, data: await t.data() })));

/** Keras's `snake_case` as the engine writes it. */
export const camelCase = (name: unknown): string =>
  String(name).replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
