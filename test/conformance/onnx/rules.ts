import type { Tensor } from '../../../src/node.ts';
import type { Case } from '../case.ts';

/** What computes each operator, by ONNX's name; null for a variant that the engine does not offer. */
export type Rules = Readonly<Record<string, (c: Case) => Readonly<Record<string, Tensor>> | null>>;
