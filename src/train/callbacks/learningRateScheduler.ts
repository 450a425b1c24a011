import { checkValue, func, notNegative } from '../../core/checks.ts';
import type { Callback, FittedModel } from './callback.ts';
import { checkFixedRate } from './fixedRate.ts';

/**
 * Sets the learning rate at the beginning of every epoch. A schedule by steps is an option of the optimizer.
 * @param schedule the rate of an epoch, counted from 0, from that of the epoch before.
 * @throws ValueError if the optimizer has a schedule of its own, or the rate is no finite number of 0 or more.
 */
export function learningRateScheduler(schedule: (epoch: number, learningRate: number) => number): Callback {
  checkValue('learningRateScheduler', 'schedule', schedule, func);
  let model: FittedModel | undefined;
  return {
    setModel: (given) => {
      model = given;
    },
    onTrainBegin: () => checkFixedRate('learningRateScheduler', model),
    onEpochBegin: (epoch) => {
      if (model === undefined) return;
      const { optimizer } = model;
      const rate = schedule(epoch, optimizer.currentLearningRate);
      checkValue('learningRateScheduler', `the rate of epoch ${epoch}`, rate, notNegative);
      optimizer.learningRate = rate;
    },
  };
}
