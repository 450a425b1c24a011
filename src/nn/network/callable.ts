/**
 * The base of an object that is a function too: calling it calls `invoke` of its class. Layers and models are such, so that
 * they can be applied to places of a graph.
 */
export const Callable = function callable() {
  const self = Object.setPrototypeOf((...args: unknown[]) => self.invoke(...args), new.target.prototype);
  return self;
} as unknown as new <F>() => F; // TypeScript knows no such constructor
