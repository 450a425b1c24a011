import { commonDevice } from '../core/device.ts';
import { ValueError } from '../core/errors.ts';
import { formatShape } from '../core/shape.ts';
import { checkDType, checkSameShape } from '../core/tensor/checks.ts';
import type { Parameter } from '../core/tensor/parameter.ts';
import type { Tensor } from '../core/tensor/tensor.ts';

/** Rejects parameters that an optimizer cannot change. */
export function checkParameters(op: string, parameters: readonly Parameter[]): void {
  if (parameters.length === 0) {
    const fix = 'Pass the trainable parameters of a model.';
    throw new ValueError({ op, got: 'no parameters', expected: 'at least one', fix });
  }
  for (const parameter of parameters) {
    checkDType(op, `parameter '${parameter.name}'`, parameter, ['f32']);
    if (!parameter.trainable) {
      throw new ValueError({
        op,
        got: `the parameter '${parameter.name}', which is not trainable`,
        expected: 'trainable parameters',
        fix: 'Leave it and its gradient out.',
      });
    }
  }
}

/** Rejects a step whose parameters or gradients do not match the `parts` of the optimizer's arenas. */
export function checkStep(
  op: string,
  gradients: readonly Tensor[],
  parameters: readonly Parameter[],
  parts: readonly Tensor[],
): void {
  if (gradients.length !== parts.length || parameters.length !== parts.length) {
    throw new ValueError({
      op,
      got: `${gradients.length} gradients and ${parameters.length} parameters`,
      expected: `${parts.length} of each, the parameters of the first step`,
      fix: 'Pass the same parameters in every step, or make a new optimizer.',
    });
  }
  commonDevice(op, [...parameters, ...gradients]);
  parameters.forEach((parameter, i) => {
    if (parameter.storage !== parts[i].storage) {
      throw new ValueError({
        op,
        got: `as parameter ${i} '${parameter.name}' ${formatShape(parameter.shape)}, which was not part of the first step or now belongs to another optimizer`,
        expected: 'the same parameters in the same order in every step',
        fix: 'Make a new optimizer for other parameters.',
      });
    }
    checkDType(op, `gradient ${i}`, gradients[i], ['f32']);
    checkSameShape(op, `gradient ${i}`, gradients[i], parameter.shape);
  });
}
