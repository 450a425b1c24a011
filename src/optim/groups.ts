import { type Checks, checkValues, notNegative } from '../core/checks.ts';
import { ValueError } from '../core/errors.ts';
import type { Parameter } from '../core/tensor.ts';

/** Parameters that are trained in another way than the rest. */
export interface ParameterGroup {
  /** A regular expression that their names match: `'bias|gamma|beta'`. A parameter is in the first group that matches. */
  readonly match: string;
  /** What their learning rate is multiplied by; 0 freezes them. Default 1. */
  readonly learningRateFactor?: number;
  /** In place of the optimizer's. */
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

/** Refuses groups that say nothing, or nonsense. @throws ValueError */
export function checkGroups(optimizer: string, groups: readonly ParameterGroup[]): void {
  const op = `${optimizer}, parameterGroups`;
  for (const group of groups) {
    checkValues(op, group, CHECKS);
  }
}

/** What sets some parameters apart in a step. */
export interface Traits {
  readonly learningRateFactor: number;
  /** Default: the optimizer's. */
  readonly weightDecay?: number;
  /** The strengths of their penalty. */
  readonly l1: number;
  readonly l2: number;
  /** How often the weights had been changed when they joined: their moments count from there. */
  readonly joined: number;
}

/** Parameters with the same traits are one group in the kernel. */
export interface Grouping {
  readonly traits: readonly Traits[];
  /** The index in `traits` of each parameter. */
  readonly groupOf: readonly number[];
}

/** Parameters, what they are called where they are trained, and how often the weights had been changed when each joined. */
export interface Gathered {
  readonly parameters: readonly Parameter[];
  readonly names: readonly string[];
  readonly joined: readonly number[];
}

/** Sorts parameters by their traits. @throws ValueError for a group that no parameter is in. */
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
