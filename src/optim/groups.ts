import { type Checks, checkValues, notNegative } from '../core/checks.ts';
import { ValueError } from '../core/errors.ts';
import type { Parameter } from '../core/tensor/parameter.ts';

/** Parameters that are trained differently from the rest. */
export interface ParameterGroup {
  /**
   * A regular expression for parameter names: `'bias|gamma|beta'`. A parameter belongs to the first group that matches.
   */
  readonly match: string;
  /** Multiplies the learning rate; 0 freezes the parameters. Default 1. */
  readonly learningRateFactor?: number;
  /** Replaces the optimizer's weight decay; default the optimizer's. */
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

/** Rejects invalid groups. @throws ValueError */
export function checkGroups(optimizer: string, groups: readonly ParameterGroup[]): void {
  const op = `${optimizer}, parameterGroups`;
  for (const group of groups) {
    checkValues(op, group, CHECKS);
  }
}

/** The settings that distinguish groups of parameters in a step. */
export interface GroupSettings {
  readonly learningRateFactor: number;
  /** Default: the optimizer's. */
  readonly weightDecay?: number;
  /** The strengths of the parameters' penalty. */
  readonly l1: number;
  readonly l2: number;
  /** Number of weight updates before the parameters joined; their moments count from there. */
  readonly joined: number;
}

/** Groups of parameters with equal settings. */
export interface Grouping {
  readonly groupSettings: readonly GroupSettings[];
  /** For each parameter, the index in `groupSettings`. */
  readonly groupOf: readonly number[];
}

/** Parameters, their names in training, and the number of weight updates before each joined. */
export interface ParameterSet {
  readonly parameters: readonly Parameter[];
  readonly names: readonly string[];
  readonly joined: readonly number[];
}

/** Groups parameters by their settings. @throws ValueError for a group without parameters. */
export function groupParameters(
  op: string,
  groups: readonly ParameterGroup[],
  { parameters, names, joined }: ParameterSet,
): Grouping {
  const chosen = names.map((name) => groups.findIndex(({ match }) => new RegExp(match).test(name)));
  groups.forEach(({ match }, i) => {
    if (chosen.includes(i)) return;
    const expected = `an expression that matches one of ${names.join(', ')}, in no earlier group`;
    throw new ValueError({ op, got: `a parameter group '${match}'`, expected, fix: 'Correct the expression.' });
  });
  const known = new Map<string, number>();
  const groupSettings: GroupSettings[] = [];
  const groupOf = parameters.map(({ regularizer }, i): number => {
    const { match: _, ...settings } = groups[chosen[i]] ?? {};
    const strengths = { l1: 0, l2: 0, ...regularizer?.strengths };
    const group: GroupSettings = { learningRateFactor: 1, ...settings, ...strengths, joined: joined[i] };
    const key = JSON.stringify(group);
    const index = known.get(key) ?? groupSettings.push(group) - 1;
    known.set(key, index);
    return index;
  });
  return { groupSettings, groupOf };
}
