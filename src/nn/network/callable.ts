/**
 * The base class of callable objects: an instance is the function `f` itself, with the methods of its class. Layers and models
 * extend it, so that they can be applied to symbolic tensors.
 */
export const Callable = function callable(f: object) {
  return Object.setPrototypeOf(f, new.target.prototype);
} as unknown as new <F>(
  f: F,
) => F; // TypeScript knows no such constructor
