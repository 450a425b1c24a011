import { checkValue, func } from '../../options.ts';
import type { Callback } from '../callbacks.ts';
import type { Model } from '../model.ts';

/**
 * Sets the learning rate at the beginning of every epoch. A schedule by steps is an option of the optimizer.
 * @param schedule the rate of an epoch, counted from 0, from that of the epoch before.
 */
export function learningRateScheduler(schedule: (epoch: number, learningRate: number) => number): Callback {
  checkValue('learningRateScheduler', 'schedule', schedule, func);
  let model: Model | undefined;
  return {
    setModel: (given) => {
      model = given;
    },
    onEpochBegin: (epoch) => {
      if (model === undefined) return;
      const { optimizer } = model;
      optimizer.learningRate = schedule(epoch, optimizer.currentLearningRate);
    },
  };
}
