import { checkValue, func, notNegative } from '../../core/checks.ts';
import type { Callback, FittedModel } from './callback.ts';
import { fixedRate } from './fixedRate.ts';

/**
 * Sets the learning rate at the start of every epoch. For a schedule by steps, use the option `learningRate` of the optimizer.
 * @param schedule returns the new rate for an epoch, counted from 0, and the current rate.
 * @throws ValueError if the optimizer has a schedule, or a rate is negative or not finite.
 */
export function learningRateScheduler(schedule: (epoch: number, learningRate: number) => number): Callback {
  checkValue('learningRateScheduler', 'schedule', schedule, func);
  let model: FittedModel | undefined;
  return {
    setModel: (given) => {
      model = given;
    },
    onTrainBegin: () => {
      if (model !== undefined) fixedRate('learningRateScheduler', model);
    },
    onEpochBegin: (epoch) => {
      if (model === undefined) return;
      const rate = schedule(epoch, fixedRate('learningRateScheduler', model));
      checkValue('learningRateScheduler', `the rate of epoch ${epoch}`, rate, notNegative);
      model.optimizer.learningRate = rate;
    },
  };
}
