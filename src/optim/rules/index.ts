/** The optimizers. `compile` accepts each exported function by its name. */

export { type AdadeltaOptions, adadelta } from './adadelta.ts';
export { type AdagradOptions, adagrad } from './adagrad.ts';
export { type AdamOptions, adam, adamW } from './adam.ts';
export { type AdamaxOptions, adamax } from './adamax.ts';
export { type NadamOptions, nadam } from './nadam.ts';
export { type RmspropOptions, rmsprop } from './rmsprop.ts';
export { type SgdOptions, sgd } from './sgd.ts';
