import { type Checks, checkValues, notNegative } from '../core/checks.ts';
import { ValueError } from '../core/errors.ts';
import type { Parameter } from '../core/tensor.ts';

/** Options for some of the parameters. */
export interface ParameterGroup {
  /** A regular expression for their names: `'bias|gamma|beta'`. A parameter belongs to the first group that matches. */
  readonly match: string;
  /** Factor of their learning rate, 0 or more; 0 freezes them. Default 1. */
  readonly learningRateFactor?: number;
  /** Their weight decay, 0 or more; default the optimizer's. */
  readonly weightDecay?: number;
}

function isPattern(value: unknown): boolean {
  try {
    return typeof value === 'string' && value !== '' && new RegExp(value) !== undefined;
  } catch {
    return false;
  }
}

const CHECKS: Checks<keyof ParameterGroup> = {
  match: [isPattern, 'a regular expression as a string', true],
  learningRateFactor: notNegative,
  weightDecay: notNegative,
};

/** Refuses invalid groups. @throws ValueError */
export function checkGroups(optimizer: string, groups: readonly ParameterGroup[]): void {
  const op = `${optimizer}, parameterGroups`;
  for (const group of groups) {
    checkValues(op, group, CHECKS);
  }
}

/** The settings of a group of parameters in a step. */
export interface Traits {
  readonly learningRateFactor: number;
  /** Default: the optimizer's. */
  readonly weightDecay?: number;
  /** The strengths of their L1 and L2 penalties. */
  readonly l1: number;
  readonly l2: number;
  /** Number of updates before they joined: their step count starts there. */
  readonly joined: number;
}

/** Parameters with the same settings form one group in the kernel. */
export interface Grouping {
  readonly traits: readonly Traits[];
  /** The index in `traits` of each parameter. */
  readonly groupOf: readonly number[];
}

/** Parameters, their names in the model, and the number of updates before each joined. */
export interface Gathered {
  readonly parameters: readonly Parameter[];
  readonly names: readonly string[];
  readonly joined: readonly number[];
}

/** Groups parameters by their settings. @throws ValueError for a group without parameters. */
export function groupParameters(
  op: string,
  groups: readonly ParameterGroup[],
  { parameters, names, joined }: Gathered,
): Grouping {
  const chosen = names.map((name) => groups.findIndex(({ match }) => new RegExp(match).test(name)));
  groups.forEach(({ match }, i) => {
    if (chosen.includes(i)) return;
    const expected = `one that matches a name of ${names.join(', ')}, and no group before it`;
    throw new ValueError({ op, got: `a parameter group '${match}'`, expected, fix: 'Correct the expression.' });
  });
  const known = new Map<string, number>();
  const traits: Traits[] = [];
  const groupOf = parameters.map(({ regularizer }, i): number => {
    const { match: _, ...own } = groups[chosen[i]] ?? {};
    const strengths = { l1: 0, l2: 0, ...regularizer?.strengths };
    const each: Traits = { learningRateFactor: 1, ...own, ...strengths, joined: joined[i] };
    const key = JSON.stringify(each);
    const index = known.get(key) ?? traits.push(each) - 1;
    known.set(key, index);
    return index;
  });
  return { traits, groupOf };
}
