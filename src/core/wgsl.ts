import type { Constants, Source } from './kernel.ts';

/** The joined text of a kernel's files. */
export const joined = (sources: readonly Source[]): string => sources.map(({ text }) => text).join('\n');

const declaration = (name: string): RegExp =>
  new RegExp(`^(const ${name}(?:: \\w+)? = |alias ${name} = )([^;]+);`, 'm');

/** Whether the shader declares a constant or type alias of this name. */
export const declares = (text: string, name: string): boolean => declaration(name).test(text);

/** Sets constants and type aliases of a shader by name. @throws Error for a name that the shader does not declare. */
export function specialize(text: string, constants: Constants): string {
  let result = text;
  for (const [name, value] of Object.entries(constants)) {
    if (!declares(result, name)) throw new Error(`internal: no constant ${name} in the shader`);
    result = result.replace(declaration(name), (_, head: string) => `${head}${value};`);
  }
  return result;
}

/** The numeric value of a constant that the shader declares, or `fallback`. */
// @__NO_SIDE_EFFECTS__
export function constantOf(text: string, name: string, fallback?: number): number {
  const match = declaration(name).exec(text);
  if (match === null) {
    if (fallback === undefined) throw new Error(`internal: no constant ${name} in the shader`);
    return fallback;
  }
  return Number.parseInt(match[2], 10);
}

/** A field of `struct Params`: the kernels use scalars only, so offsets are 4 bytes apart. */
export interface Field {
  readonly name: string;
  readonly type: 'u32' | 'i32' | 'f32';
}

/** The fields of `struct Params`, in order; empty if the shader has no parameters. */
export function paramsOf(text: string): readonly Field[] {
  const body = /struct Params \{([^}]*)\}/.exec(text)?.[1] ?? '';
  return [...body.matchAll(/(\w+): ?(u32|i32|f32)/g)].map(([, name, type]) => ({ name, type: type as Field['type'] }));
}

/** Packs parameter values in the layout of `struct Params`, padded to 16 bytes. */
export function packParams(
  fields: readonly Field[],
  values: Readonly<Record<string, number>>,
): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(fields.length / 4) * 4);
  const view = new DataView(words.buffer);
  fields.forEach(({ name, type }, i) => {
    const value = values[name];
    if (value === undefined) throw new Error(`internal: no value for the shader parameter ${name}`);
    if (type === 'f32') view.setFloat32(4 * i, value, true);
    else if (type === 'i32') view.setInt32(4 * i, value, true);
    else view.setUint32(4 * i, value, true);
  });
  return words;
}

/** The file and line from which a line of the joined text came. */
export function locate(sources: readonly Source[], line: number): { file: string; line: number } {
  let start = 0;
  for (const { file, text } of sources) {
    const lines = text.split('\n').length;
    if (line <= start + lines) return { file, line: line - start };
    start += lines;
  }
  return { file: sources.at(-1)?.file ?? 'shader', line };
}
