// The libraries compared. Each is loaded where it is opened, so that a process holds no more than its own.

/** How a library is opened, by its name in the tables; `packages` are those whose versions are told. */
export const libraries = {
  dawngrad: { packages: [], open: async () => (await import('./dawngrad.ts')).open() },
  'jax-js webgpu': jax('webgpu'),
  'TensorFlow.js webgpu': tensorflow('webgpu'),
  'jax-js wasm': jax('wasm'),
  'TensorFlow.js wasm': tensorflow('wasm'),
  'plain JavaScript': { packages: [], open: async () => (await import('./javascript.ts')).javascript },
};

function jax(device) {
  return { packages: ['@jax-js/jax'], open: async () => (await import('./jax.mjs')).open(device) };
}

function tensorflow(backend) {
  return {
    packages: ['@tensorflow/tfjs-core', `@tensorflow/tfjs-backend-${backend}`],
    open: async (options) => (await import('./tensorflow.mjs')).open(backend, options),
  };
}
