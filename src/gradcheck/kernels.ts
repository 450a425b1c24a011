import type { Case, Subject } from './case.ts';

/** Kernels that are no operations, as optimizers have them: they work in place, and are compared without a gradient. */
export const kernels: readonly (Subject & { readonly cases: readonly Case[] })[] = [];
