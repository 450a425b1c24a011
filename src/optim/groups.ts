import { ValueError } from '../errors.ts';
import { checkOptions } from '../options.ts';
import type { Parameter } from '../tensor.ts';

/** Parameters that are trained in another way than the rest. */
export interface ParameterGroup {
  /** A regular expression that their names match: `'bias|gamma|beta'`. A parameter is in the first group that matches. */
  readonly match: string;
  /** What their learning rate is multiplied by; 0 freezes them. Default 1. */
  readonly learningRateFactor?: number;
  /** In place of the optimizer's. */
  readonly weightDecay?: number;
}

const isRate = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0;

const isPattern = (value: unknown): boolean => {
  try {
    return typeof value === 'string' && value !== '' && new RegExp(value) !== undefined;
  } catch {
    return false;
  }
};

/** Refuses groups that say nothing, or nonsense. @throws ValueError */
export function checkGroups(op: string, groups: readonly ParameterGroup[]): void {
  for (const group of groups) {
    checkOptions(`${op}, parameterGroups`, group, ['match', 'learningRateFactor', 'weightDecay']);
    const { match, learningRateFactor = 1, weightDecay = 0 } = group;
    const refuse = (got: string, expected: string): void => {
      throw new ValueError({ op: `${op}, parameterGroups`, got, expected, fix: 'Correct that group.' });
    };
    if (!isPattern(match)) refuse(`match ${String(match)}`, 'a regular expression as a string');
    if (!isRate(learningRateFactor)) refuse(`learningRateFactor ${learningRateFactor}`, 'a finite number of 0 or more');
    if (!isRate(weightDecay)) refuse(`weightDecay ${weightDecay}`, 'a finite number of 0 or more');
  }
}

/** The group of each parameter: 0 is the rest, i + 1 the group i. @throws ValueError for a group that has none. */
export function groupOfEach(
  op: string,
  groups: readonly ParameterGroup[],
  parameters: readonly Pick<Parameter, 'name'>[],
): number[] {
  const found = parameters.map(({ name }) => 1 + groups.findIndex(({ match }) => new RegExp(match).test(name)));
  groups.forEach(({ match }, i) => {
    if (found.includes(i + 1)) return;
    const names = parameters.map(({ name }) => name).join(', ');
    const expected = `one that matches a name of ${names}, and no group before it`;
    throw new ValueError({ op, got: `a parameter group '${match}'`, expected, fix: 'Correct the expression.' });
  });
  return found;
}
